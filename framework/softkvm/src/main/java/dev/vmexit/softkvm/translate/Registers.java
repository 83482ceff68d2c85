package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.insn.Insn;

/// Which general registers a region's own bytecode uses: those become JVM locals.
///
/// What is written goes into the CPU at once, too, see [Emit#setRegister]. So no way out has to
/// write registers back, and there are many: each may be a jump, and each access may fault.
/// HotSpot's compilers take most of their time for values that must outlive such a place.
final class Registers {
    /// Bit n: register n.
    private int used;

    static Registers of(Region region) {
        var registers = new Registers();
        for (Block block : region.blocks.values()) {
            for (Insn i : block.insns) {
                registers.add(i);
            }
        }
        return registers;
    }

    /// Loads what the region uses, and the view of memory.
    void restore(Emit emit) {
        emit.restoreView();
        for (int n = 0; n < Cpu.NONE; n++) {
            if ((used >> n & 1) != 0) {
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
        operand(i.dst, i.dstReg);
        operand(i.src, i.srcReg);
        if (kind.usesStack()) {
            use(Cpu.RSP);
        }
        if (kind == Kind.LEAVE) {
            use(Cpu.RBP);
        }
        if (kind == Kind.EXTEND_A) {
            use(Cpu.RAX);
            use(Cpu.RDX);
        }
        if (kind == Kind.XCHG) {
            use(Cpu.RAX);
        }
    }

    private void operand(int code, int register) {
        if (code >= Insn.R1 && code <= Insn.R8) {
            use(register);
        }
    }

    private void use(int register) {
        if (register != Cpu.NONE) {
            used |= 1 << register;
        }
    }
}
