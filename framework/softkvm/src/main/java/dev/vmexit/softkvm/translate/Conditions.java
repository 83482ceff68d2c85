package dev.vmexit.softkvm.translate;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Conditions of Jcc, SETcc and CMOVcc, as directly as the last instruction that set flags allows.
///
/// After a compare in the same block, "below" is an unsigned comparison of its two operands, which
/// are still in locals `A` and `B`; there is no flag in between. Otherwise the flags' two words
/// are asked.
final class Conditions {
    /// What set the flags last, as far as this block knows.
    // tag::producer[]
    enum Producer {
        UNKNOWN, SUBTRACT,
        /// ZF and SF are those of the result, and nothing is inverted.
        RESULT,
        /// As `RESULT`, and CF and OF are 0.
        LOGIC
    }
    // end::producer[]

    private static final MethodTypeDesc HOLDS =
            MethodTypeDesc.of(Names.BOOLEAN, Names.INT, Names.LONG, Names.LONG);
    private static final MethodTypeDesc COMPARE_INTS =
            MethodTypeDesc.of(Names.INT, Names.INT, Names.INT);
    private static final MethodTypeDesc COMPARE_LONGS =
            MethodTypeDesc.of(Names.INT, Names.LONG, Names.LONG);
    private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
    private static final ClassDesc LONG = ClassDesc.of("java.lang.Long");

    private static final int BELOW = 1;
    private static final int ZERO = 2;
    private static final int BELOW_OR_EQUAL = 3;
    private static final int SIGN = 4;
    private static final int LESS = 6;
    private static final int LESS_OR_EQUAL = 7;

    private final Emit emit;
    private final CodeBuilder code;
    private Producer producer = Producer.UNKNOWN;
    private int size;

    Conditions(Emit emit) {
        this.emit = emit;
        this.code = emit.code;
    }

    void forget() {
        producer = Producer.UNKNOWN;
    }

    void produced(Producer by, int operandSize) {
        producer = by;
        size = operandSize;
    }

    /// The locals A and B are about to be used for something else.
    void operandsLost() {
        if (producer == Producer.SUBTRACT) {
            producer = Producer.RESULT;
        }
    }

    /// Jumps to `target` if condition `cc` holds.
    void branch(int cc, Label target) {
        boolean negated = (cc & 1) != 0;
        int kind = cc >> 1;
        if (producer != Producer.UNKNOWN && kind == ZERO) {
            emit.load(Emit.FLAG_RESULT).constant(0);
            code.lcmp().branch(negated ? Opcode.IFNE : Opcode.IFEQ, target);
        } else if (producer != Producer.UNKNOWN && kind == SIGN) {
            emit.load(Emit.FLAG_RESULT).constant(0);
            code.lcmp().branch(negated ? Opcode.IFGE : Opcode.IFLT, target);
        } else if (producer == Producer.SUBTRACT && compares(kind)) {
            compare(kind, negated, target);
        } else if (producer == Producer.LOGIC && (kind == LESS || kind == LESS_OR_EQUAL)) {
            Opcode positive = kind == LESS ? Opcode.IFLT : Opcode.IFLE;
            Opcode negative = kind == LESS ? Opcode.IFGE : Opcode.IFGT;
            emit.load(Emit.FLAG_RESULT).constant(0);
            code.lcmp().branch(negated ? negative : positive, target);
        } else {
            general(cc);
            code.branch(Opcode.IFNE, target);
        }
    }

    private void general(int cc) {
        code.loadConstant(cc).lload(Emit.FLAG_RESULT).lload(Emit.FLAG_AUX);
        emit.semantics("holds", HOLDS);
    }

    private static boolean compares(int kind) {
        return kind == BELOW || kind == BELOW_OR_EQUAL || kind == LESS || kind == LESS_OR_EQUAL;
    }

    private void compare(int kind, boolean negated, Label target) {
        boolean unsigned = kind == BELOW || kind == BELOW_OR_EQUAL;
        boolean orEqual = kind == BELOW_OR_EQUAL || kind == LESS_OR_EQUAL;
        if (size == 4) {
            emit.load(Emit.A);
            code.l2i().lload(Emit.B).l2i();
            if (!unsigned) {
                code.branch(negated ? orEqual ? Opcode.IF_ICMPGT : Opcode.IF_ICMPGE
                        : orEqual ? Opcode.IF_ICMPLE : Opcode.IF_ICMPLT, target);
                return;
            }
            code.invokestatic(INTEGER, "compareUnsigned", COMPARE_INTS);
        } else {
            operand(Emit.A, unsigned);
            operand(Emit.B, unsigned);
            if (unsigned) {
                code.invokestatic(LONG, "compareUnsigned", COMPARE_LONGS);
            } else {
                code.lcmp();
            }
        }
        code.branch(negated ? orEqual ? Opcode.IFGT : Opcode.IFGE
                : orEqual ? Opcode.IFLE : Opcode.IFLT, target);
    }

    private void operand(int local, boolean unsigned) {
        emit.load(local);
        if (unsigned) {
            emit.zeroExtend(size);
        } else {
            emit.signExtend(size);
        }
    }
}
