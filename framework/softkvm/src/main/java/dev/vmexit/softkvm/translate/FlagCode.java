package dev.vmexit.softkvm.translate;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.MethodTypeDesc;

/// The flags of translated code: not computed, but remembered how they would be.
///
/// Nearly all flags are overwritten unseen, yet each might be seen by a fault. So an instruction
/// only leaves its operands and its result in locals, which costs nothing, and [Semantics#aux]
/// makes `flagAux` of them where the region is left, by a fault or otherwise.
///
/// ```
///  flagHow   what the last instruction was, and its size: a constant at every place in the code,
///            but not one constant where two paths meet
///  flagA, B  its operands; or flagA is `flagAux` itself (STORED)
/// ```
final class FlagCode {
    /// What set the flags last, as far as this block knows.
    // tag::producer[]
    enum Producer {
        /// `flagHow` knows.
        UNKNOWN(-1),
        STORED(Semantics.STORED),
        /// As `STORED`; ZF and SF are those of the result, and CF and OF are 0.
        LOGIC(Semantics.STORED),
        // From here on ZF and SF are those of the result, too.
        ADD(Semantics.ADD), SUBTRACT(Semantics.SUBTRACT),
        SHL(Semantics.SHL), SHR(Semantics.SHR), SAR(Semantics.SAR),
        /// Bit 63 of flagA is the carry, which they leave alone.
        INC(Semantics.INC), DEC(Semantics.DEC),
        /// flagA is `flagAux` of before, of which they change CF and OF; flagB is what was rotated.
        ROL(Semantics.ROL), ROR(Semantics.ROR);

        private final int how;

        Producer(int how) {
            this.how = how;
        }
    }
    // end::producer[]

    private static final MethodTypeDesc AUX = MethodTypeDesc.of(Names.LONG, Names.INT, Names.LONG,
            Names.LONG, Names.LONG);
    private static final MethodTypeDesc AUX_OF_SIZE =
            MethodTypeDesc.of(Names.LONG, Names.LONG, Names.LONG, Names.LONG, Names.INT);

    private final Emit emit;
    private final CodeBuilder code;
    private Producer producer = Producer.UNKNOWN;
    private int size;

    FlagCode(Emit emit) {
        this.emit = emit;
        this.code = emit.code;
    }

    Producer producer() {
        return producer;
    }

    /// Of the operands of the last producer.
    int size() {
        return size;
    }

    /// Paths meet here.
    void forget() {
        producer = Producer.UNKNOWN;
    }

    /// The flags are those of an operation on the locals A and B that gave VALUE.
    // tag::produced[]
    void produced(Producer by, int operandSize) {
        emit.load(Emit.VALUE).store(Emit.FLAG_RESULT);
        emit.load(Emit.A).store(Emit.FLAG_A).load(Emit.B).store(Emit.FLAG_B);
        how(by, operandSize);
    }
    // end::produced[]

    /// The flags are those of VALUE, and `flagAux` is on the stack.
    void result(Producer by, int operandSize) {
        emit.store(Emit.FLAG_A).load(Emit.VALUE).store(Emit.FLAG_RESULT);
        how(by, operandSize);
    }

    /// The flags are those of an INC or DEC that gave VALUE.
    void producedOfOne(Producer by, int operandSize) {
        carry();
        result(by, operandSize);
    }

    /// The flags are those of before, but for CF and OF, which are those of a rotation to VALUE.
    void rotated(Producer by, int operandSize) {
        if (producer != Producer.ROL && producer != Producer.ROR) {
            aux().store(Emit.FLAG_A);
        }
        emit.load(Emit.VALUE).store(Emit.FLAG_B);
        how(by, operandSize);
    }

    /// Pushes a word whose sign is the carry.
    private void carry() {
        switch (producer) {
            case INC, DEC -> emit.load(Emit.FLAG_A);
            default -> aux();
        }
    }

    private void how(Producer by, int operandSize) {
        producer = by;
        size = operandSize;
        int stored = by.how == Semantics.STORED ? 0 : operandSize << Semantics.SIZE_SHIFT;
        code.loadConstant(by.how | stored).istore(Emit.FLAG_HOW);
    }

    /// Pushes `flagAux`.
    Emit aux() {
        switch (producer) {
            case UNKNOWN -> {
                return anyAux();
            }
            case STORED, LOGIC -> {
                return emit.load(Emit.FLAG_A);
            }
            default -> {
                emit.load(Emit.FLAG_A).load(Emit.FLAG_B).load(Emit.FLAG_RESULT).size(size);
                return emit.semantics("aux" + camel(producer.name()), AUX_OF_SIZE);
            }
        }
    }

    private static String camel(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(java.util.Locale.ROOT);
    }

    private Emit anyAux() {
        code.iload(Emit.FLAG_HOW);
        emit.load(Emit.FLAG_A).load(Emit.FLAG_B).load(Emit.FLAG_RESULT);
        return emit.semantics("aux", AUX);
    }

    /// FLAG_A := `flagAux`, for a way out on which the flags are stored. What is known of them here
    /// is not forgotten: the code goes on on another path.
    void settle() {
        aux().store(Emit.FLAG_A);
    }

    /// The same where the code goes on with what is settled: a write may still fault.
    void settleHere() {
        settle();
        how(Producer.STORED, 8);
    }

    /// The same where any instruction may have been the last.
    void settleAny() {
        anyAux().store(Emit.FLAG_A);
    }

    /// Into the CPU, settled.
    void save() {
        emit.save(Emit.FLAG_RESULT, "flagResult").save(Emit.FLAG_A, "flagAux");
    }

    void restore() {
        emit.restore(Emit.FLAG_RESULT, "flagResult").restore(Emit.FLAG_A, "flagAux");
        how(Producer.STORED, 8);
    }
}
