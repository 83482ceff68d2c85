package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.translate.FlagCode.Producer;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.EnumSet;
import java.util.Set;

/// Conditions of Jcc, SETcc and CMOVcc, as directly as the last instruction that set flags allows.
///
/// After a compare in the same block, "below" is an unsigned comparison of its two operands, which
/// are still in locals `flagA` and `flagB`; there is no flag in between. Otherwise the flags' two
/// words are asked.
final class Conditions {
    private static final MethodTypeDesc HOLDS =
            MethodTypeDesc.of(Names.BOOLEAN, Names.INT, Names.LONG, Names.LONG);
    private static final MethodTypeDesc COMPARE_INTS =
            MethodTypeDesc.of(Names.INT, Names.INT, Names.INT);
    private static final MethodTypeDesc COMPARE_LONGS =
            MethodTypeDesc.of(Names.INT, Names.LONG, Names.LONG);
    private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
    private static final ClassDesc LONG = ClassDesc.of("java.lang.Long");

    private static final Set<Producer> OLD_RESULT =
            EnumSet.of(Producer.UNKNOWN, Producer.STORED, Producer.ROL, Producer.ROR);
    private static final int BELOW = 1;
    private static final int ZERO = 2;
    private static final int BELOW_OR_EQUAL = 3;
    private static final int SIGN = 4;
    private static final int LESS = 6;
    private static final int LESS_OR_EQUAL = 7;

    private final Emit emit;
    private final CodeBuilder code;
    private final FlagCode flags;

    Conditions(Emit emit, FlagCode flags) {
        this.emit = emit;
        this.code = emit.code;
        this.flags = flags;
    }

    /// Jumps to `target` if condition `cc` holds.
    void branch(int cc, Label target) {
        boolean negated = (cc & 1) != 0;
        int kind = cc >> 1;
        Producer producer = flags.producer();
        boolean resultKnown = !OLD_RESULT.contains(producer);
        if (resultKnown && kind == ZERO) {
            emit.load(Emit.FLAG_RESULT).constant(0);
            code.lcmp().branch(negated ? Opcode.IFNE : Opcode.IFEQ, target);
        } else if (resultKnown && kind == SIGN) {
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
        code.loadConstant(cc).lload(Emit.FLAG_RESULT);
        flags.aux();
        emit.semantics("holds", HOLDS);
    }

    private static boolean compares(int kind) {
        return kind == BELOW || kind == BELOW_OR_EQUAL || kind == LESS || kind == LESS_OR_EQUAL;
    }

    private void compare(int kind, boolean negated, Label target) {
        boolean unsigned = kind == BELOW || kind == BELOW_OR_EQUAL;
        boolean orEqual = kind == BELOW_OR_EQUAL || kind == LESS_OR_EQUAL;
        if (flags.size() == 4) {
            emit.load(Emit.FLAG_A);
            code.l2i().lload(Emit.FLAG_B).l2i();
            if (!unsigned) {
                code.branch(negated
                        ? orEqual ? Opcode.IF_ICMPGT : Opcode.IF_ICMPGE
                        : orEqual ? Opcode.IF_ICMPLE : Opcode.IF_ICMPLT, target);
                return;
            }
            code.invokestatic(INTEGER, "compareUnsigned", COMPARE_INTS);
        } else {
            operand(Emit.FLAG_A, unsigned);
            operand(Emit.FLAG_B, unsigned);
            if (unsigned) {
                code.invokestatic(LONG, "compareUnsigned", COMPARE_LONGS);
            } else {
                code.lcmp();
            }
        }
        code.branch(negated
                ? orEqual ? Opcode.IFGT : Opcode.IFGE
                : orEqual ? Opcode.IFLE : Opcode.IFLT, target);
    }

    private void operand(int local, boolean unsigned) {
        emit.load(local);
        if (unsigned) {
            emit.zeroExtend(flags.size());
        } else {
            emit.signExtend(flags.size());
        }
    }
}
