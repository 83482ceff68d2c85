package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.insn.Insn;

/// Which general registers a region's own bytecode reads and writes: those become JVM locals.
final class Registers {
    /// Bit n: register n.
    private int used;
    private int written;

    static Registers of(Region region) {
        var registers = new Registers();
        for (Block block : region.blocks.values()) {
            for (Insn i : block.insns) {
                registers.add(i);
            }
        }
        return registers;
    }

    boolean isUsed(int register) {
        return (used >> register & 1) != 0;
    }

    boolean isWritten(int register) {
        return (written >> register & 1) != 0;
    }

    // tag::save[]
    /// Writes what the region may have changed back into the CPU.
    void save(Emit emit) {
        for (int n = 0; n < Cpu.NONE; n++) {
            if (isWritten(n)) {
                emit.saveRegister(n);
            }
        }
    }
    // end::save[]

    /// Loads what the region uses, and the view of memory.
    void restore(Emit emit) {
        emit.restoreView();
        for (int n = 0; n < Cpu.NONE; n++) {
            if (isUsed(n)) {
                emit.restoreRegister(n);
            }
        }
    }

    private void add(Insn i) {
        Kind kind = Kind.of(i);
        if (i.memory || i.base != 0 || i.index != 0) {
            use(i.base);
            use(i.index);
        }
        if (kind == Kind.ACTION || kind == Kind.VECTOR) {
            return;
        }
        operand(i.dst, i.dstReg, true);
        operand(i.src, i.srcReg, kind == Kind.XCHG);
        if (kind.usesStack()) {
            write(Cpu.RSP);
        }
        if (kind == Kind.LEAVE) {
            write(Cpu.RBP);
        }
        if (kind == Kind.EXTEND_A) {
            write(Cpu.RAX);
            write(Cpu.RDX);
        }
        if (kind == Kind.XCHG) {
            write(Cpu.RAX);
        }
    }

    private void operand(int code, int register, boolean changes) {
        if (code >= Insn.R1 && code <= Insn.R8) {
            use(register);
            if (changes) {
                write(register);
            }
        }
    }

    private void use(int register) {
        if (register != Cpu.NONE) {
            used |= 1 << register;
        }
    }

    private void write(int register) {
        use(register);
        written |= 1 << register;
    }
}
