package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.translate.FlagCode.Producer;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.MethodTypeDesc;

/// The bytecode of integer arithmetic. The order within an instruction is always: read, compute,
/// write, then flags: so a write that faults leaves the flags as they were.
final class IntegerCode {
    private static final MethodTypeDesc CALLED =
            MethodTypeDesc.of(Names.LONG, Names.CPU, Names.LONG, Names.LONG, Names.INT);

    private final Emit emit;
    private final CodeBuilder code;
    private final FlagCode flags;

    IntegerCode(Emit emit, FlagCode flags) {
        this.emit = emit;
        this.code = emit.code;
        this.flags = flags;
    }

    /// A := first operand, B := second; a memory operand that will be written is asked for first.
    private void operands(Insn i, boolean writes) {
        emit.source(i).store(Emit.B);
        if (i.dst == Insn.MEM && writes) {
            emit.address(i).store(Emit.ADDRESS).probeWrite(i.size);
            emit.load(Emit.ADDRESS).loadMemory(i.size).store(Emit.A);
        } else {
            emit.destination(i).store(Emit.A);
        }
    }

    /// Writes the local VALUE, of any upper bits, to the first operand.
    private void write(Insn i) {
        if (i.dst == Insn.MEM) {
            emit.storeMemory(i.size, Emit.VALUE);
        } else {
            emit.load(Emit.VALUE).toRegister(i.dstReg, i.size);
        }
    }

    private void compute(String name, int size) {
        emit.load(Emit.A).load(Emit.B);
        switch (name) {
            case "ADD" -> code.ladd();
            case "SUB", "CMP" -> code.lsub();
            case "AND", "TEST" -> code.land();
            case "OR" -> code.lor();
            default -> code.lxor();
        }
        emit.signExtend(size).store(Emit.VALUE);
    }

    void binary(Insn i) {
        String name = i.form.name();
        if (isZeroing(i, name)) {
            emit.constant(0).setRegister(i.dstReg);
            emit.constant(0).store(Emit.VALUE).constant(0);
            flags.result(Producer.LOGIC, i.size);
            return;
        }
        // tag::binary[]
        operands(i, true);
        compute(name, i.size);
        write(i);
        flags(name, i.size);
        // end::binary[]
    }

    private static boolean isZeroing(Insn i, String name) {
        return name.equals("XOR") && i.size >= 4 && i.dst == i.src && i.dst != Insn.MEM
                && i.dstReg == i.srcReg;
    }

    void compare(Insn i) {
        operands(i, false);
        compute(i.form.name(), i.size);
        flags(i.form.name(), i.size);
    }

    private void flags(String name, int size) {
        switch (name) {
            case "ADD" -> flags.produced(Producer.ADD, size);
            case "SUB", "CMP" -> flags.produced(Producer.SUBTRACT, size);
            default -> {
                emit.constant(0);
                flags.result(Producer.LOGIC, size);
            }
        }
    }

    void unary(Insn i) {
        if (i.dst == Insn.MEM) {
            emit.address(i).store(Emit.ADDRESS).probeWrite(i.size);
            emit.load(Emit.ADDRESS).loadMemory(i.size).store(Emit.A);
        } else {
            emit.destination(i).store(Emit.A);
        }
        switch (i.form.name()) {
            case "INC" -> emit.load(Emit.A).constant(1).add();
            case "DEC" -> emit.load(Emit.A).constant(-1).add();
            case "NEG" -> code.lload(Emit.A).lneg();
            default -> {
                emit.load(Emit.A).constant(-1);
                code.lxor();
            }
        }
        emit.signExtend(i.size).store(Emit.VALUE);
        write(i);
        unaryFlags(i);
    }

    private void unaryFlags(Insn i) {
        switch (i.form.name()) {
            case "NOT" -> {
            }
            case "NEG" -> {
                emit.load(Emit.A).store(Emit.B).constant(0).store(Emit.A);
                flags.produced(Producer.SUBTRACT, i.size);
            }
            default -> flags.producedOfOne(Producer.valueOf(i.form.name()), i.size);
        }
    }

    /// Shifts and rotates by a constant; other counts go to [#called].
    void shift(Insn i) {
        int n = (int) i.imm & (i.size == 8 ? 63 : 31);
        if (i.src != Insn.IMM || n >= 8 * i.size) {
            called(i);
            return;
        }
        if (n == 0) {
            // Nothing changes, but four bytes clear the upper half.
            if (i.dst == Insn.R4) {
                emit.destination(i).result(i);
            }
            return;
        }
        if (i.dst == Insn.MEM) {
            emit.address(i).store(Emit.ADDRESS).probeWrite(i.size);
            emit.load(Emit.ADDRESS).loadMemory(i.size);
        } else {
            emit.destination(i);
        }
        shiftBy(i.form.name(), n, i.size);
        write(i);
        shiftFlags(i.form.name(), n, i.size);
    }

    /// A := the operand, extended as the shift needs it; VALUE := the result, sign-extended.
    private void shiftBy(String name, int n, int size) {
        if (name.equals("SAR")) {
            emit.signExtend(size);
        } else {
            emit.zeroExtend(size);
        }
        emit.store(Emit.A);
        int back = 8 * size - n;
        switch (name) {
            case "SHL" -> by(Emit.A, n, true);
            case "SHR" -> by(Emit.A, n, false);
            case "SAR" -> code.lload(Emit.A).loadConstant(n).lshr();
            case "ROL" -> {
                by(Emit.A, n, true);
                by(Emit.A, back, false);
                code.lor();
            }
            default -> {
                by(Emit.A, n, false);
                by(Emit.A, back, true);
                code.lor();
            }
        }
        emit.signExtend(size).store(Emit.VALUE);
    }

    private void by(int local, int n, boolean left) {
        code.lload(local).loadConstant(n);
        if (left) {
            code.lshl();
        } else {
            code.lushr();
        }
    }

    private void shiftFlags(String name, int n, int size) {
        if (name.startsWith("RO")) {
            flags.rotated(Producer.valueOf(name), size);
        } else {
            emit.constant(n).store(Emit.B);
            flags.produced(Producer.valueOf(name), size);
        }
    }

    /// By the interpreter's own function, with the flags in the CPU for its duration.
    void called(Insn i) {
        String name = i.form.name();
        if (name.equals("IMUL3")) {
            emit.source(i).store(Emit.A).constant(i.imm).store(Emit.B);
        } else {
            operands(i, !name.equals("IMUL"));
        }
        flags.settleHere();
        flags.save();
        code.aload(Emit.CPU);
        emit.load(Emit.A).load(Emit.B).size(i.size);
        String method = name.equals("IMUL3") ? "imul" : name.toLowerCase(java.util.Locale.ROOT);
        emit.semantics(method, CALLED).store(Emit.VALUE);
        write(i);
        flags.restore();
    }

    void extendA(Insn i) {
        if (i.form.name().equals("CBW")) {
            emit.register(Cpu.RAX).signExtend(i.size / 2).toRegister(Cpu.RAX, i.size);
        } else {
            emit.register(Cpu.RAX).signExtend(i.size).size(63);
            code.lshr();
            emit.toRegister(Cpu.RDX, i.size);
        }
    }
}
