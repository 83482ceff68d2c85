package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.Segmentation;
import dev.vmexit.softkvm.cpu.SlowMemory;
import dev.vmexit.softkvm.insn.Insn;

/// Reading and writing an instruction's operands.
public final class Access {
    private Access() {}

    /// {@return the offset that the addressing form names, before the segment}
    // tag::effective[]
    public static long effective(Cpu c, Insn i) {
        long offset = c.r[i.base] + (c.r[i.index] << i.scale) + i.displacement;
        if (i.ripRelative) {
            offset += c.rip;
        }
        return truncate(offset, i.addressSize);
    }
    // end::effective[]

    public static long truncate(long value, int size) {
        return size == 8 ? value : value & (1L << size * 8) - 1;
    }

    /// {@return where the memory operand is}
    ///
    /// @param size how many bytes of it are accessed: outside 64-bit code the segment limits it
    public static long linear(Cpu c, Insn i, int size, boolean write) {
        if (i.long64) {
            return effective(c, i) + c.base[i.segment];
        }
        return Segmentation.linear(c, i.segment, effective(c, i), size, write);
    }

    public static long linearAt(Cpu c, int segment, long offset, int size, boolean write) {
        return c.segmented
                ? Segmentation.linear(c, segment, offset, size, write)
                : offset + c.base[segment];
    }

    /// {@return the second operand; bits above its size are anything}
    public static long source(Cpu c, Insn i) {
        return switch (i.src) {
            case Insn.R1, Insn.R2, Insn.R4, Insn.R8 -> c.r[i.srcReg];
            case Insn.R1H -> c.r[i.srcReg] >>> 8;
            case Insn.IMM -> i.imm;
            default -> Memory.load(c, linear(c, i, i.srcSize, false), i.srcSize);
        };
    }

    /// {@return the second operand, zero-extended}
    public static long sourceUnsigned(Cpu c, Insn i) {
        return truncate(source(c, i), i.srcSize);
    }

    /// {@return the first operand; bits above its size are anything}
    public static long destination(Cpu c, Insn i) {
        return switch (i.dst) {
            case Insn.R1, Insn.R2, Insn.R4, Insn.R8 -> c.r[i.dstReg];
            case Insn.R1H -> c.r[i.dstReg] >>> 8;
            case Insn.IMM -> i.imm;
            default -> Memory.load(c, linear(c, i, i.size, false), i.size);
        };
    }

    // tag::result[]
    /// Writes the first operand. Four bytes clear the upper half of a register, one and two keep
    /// the rest of it.
    public static void result(Cpu c, Insn i, long value) {
        switch (i.dst) {
            case Insn.R8 -> c.r[i.dstReg] = value;
            case Insn.R4 -> c.r[i.dstReg] = value & 0xFFFF_FFFFL;
            case Insn.R2 -> c.r[i.dstReg] = c.r[i.dstReg] & ~0xFFFFL | value & 0xFFFF;
            case Insn.R1 -> c.r[i.dstReg] = c.r[i.dstReg] & ~0xFFL | value & 0xFF;
            case Insn.R1H -> c.r[i.dstReg] = c.r[i.dstReg] & ~0xFF00L | (value & 0xFF) << 8;
            default -> Memory.store(c, linear(c, i, i.size, true), i.size, value);
        }
    }
    // end::result[]

    /// Writes a whole general register as an operand of this size.
    public static void register(Cpu c, int register, int size, long value) {
        switch (size) {
            case 8 -> c.r[register] = value;
            case 4 -> c.r[register] = value & 0xFFFF_FFFFL;
            case 2 -> c.r[register] = c.r[register] & ~0xFFFFL | value & 0xFFFF;
            default -> c.r[register] = c.r[register] & ~0xFFL | value & 0xFF;
        }
    }

    /// What an instruction makes of its first operand and another one, flags included.
    @FunctionalInterface
    public interface Binary {
        long apply(Cpu c, int size, long a, long b);
    }

    /// Reads the first operand, applies, writes it back: in one step if `LOCK` says so.
    public static void modify(Cpu c, Insn i, long b, Binary op) {
        if (i.dst != Insn.MEM) {
            result(c, i, op.apply(c, i.size, destination(c, i), b));
            return;
        }
        long at = linear(c, i, i.size, true);
        long flagResult = c.flagResult;
        long flagAux = c.flagAux;
        try {
            if (i.lock) {
                modifyAtomically(c, i.size, at, b, op);
            } else {
                probeWrite(c, at, i.size);
                Memory.store(c, at, i.size, op.apply(c, i.size, Memory.load(c, at, i.size), b));
            }
        } catch (RuntimeException notDone) {
            c.flagResult = flagResult;
            c.flagAux = flagAux;
            throw notDone;
        }
    }

    /// Faults as a write does if any of these bytes may not be written: the load of an instruction
    /// that reads, changes and writes is one that is going to write.
    static void probeWrite(Cpu c, long at, int size) {
        SlowMemory.probeWrite(c, at, size, c.tlb.current.write);
    }

    private static void modifyAtomically(Cpu c, int size, long at, long b, Binary op) {
        probeWrite(c, at, size);
        long flagResult = c.flagResult;
        long flagAux = c.flagAux;
        while (true) {
            long old = Memory.load(c, at, size);
            c.flagResult = flagResult;
            c.flagAux = flagAux;
            long value = op.apply(c, size, old, b);
            if (Memory.compareAndSet(c, at, size, old, value)) {
                return;
            }
        }
    }

    // 128-bit operands.

    /// {@return the address of a 16-byte memory operand}
    /// @throws GuestFault `#GP` if it is not aligned and has to be
    public static long linear16(Cpu c, Insn i, boolean write) {
        long at = linear(c, i, 16, write);
        if ((at & 15) != 0 && !i.form.has("una")) {
            throw GuestFault.gp();
        }
        return at;
    }

    /// Reads the second vector operand (`W`, `U`) of `bytes` bytes into `c.vectors.scratch`'s place
    /// in the caller: low half here.
    public static long vectorLow(Cpu c, Insn i) {
        if (!i.memory) {
            return c.vectors.lo[i.rm];
        }
        return i.srcSize == 16
                ? Memory.load8(c, linear16(c, i, false))
                : Memory.load(c, linear(c, i, i.srcSize, false), i.srcSize);
    }

    public static long vectorHigh(Cpu c, Insn i) {
        if (!i.memory) {
            return c.vectors.hi[i.rm];
        }
        return i.srcSize == 16 ? Memory.load8(c, linear(c, i, 16, false) + 8) : 0;
    }

    /// {@return the second MMX operand}
    public static long mmx(Cpu c, Insn i) {
        return i.memory
                ? Memory.load(c, linear(c, i, i.srcSize, false), i.srcSize)
                : c.x87.mmx(i.rm);
    }

    public static void store16(Cpu c, long at, long low, long high) {
        probeWrite(c, at, 16);
        Memory.store8(c, at, low);
        Memory.store8(c, at + 8, high);
    }
}
