package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SlowMemory;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// MOV and its relatives, exchanges, and the instructions that set single flags.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "MOV—Move" and the others by name
public final class Moves {
    private Moves() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("MOV", (c, i) -> Access.result(c, i, Access.source(c, i)));
        actions.put("MOVZX", (c, i) -> Access.result(c, i, Access.sourceUnsigned(c, i)));
        actions.put("MOVSX", (c, i) -> Access.result(c, i,
                Flags.signExtend(Access.source(c, i), i.srcSize)));
        actions.put("MOVNTI", (c, i) -> Access.result(c, i, Access.source(c, i)));
        actions.put("MOVBE", Moves::movbe);
        actions.put("BSWAP", (c, i) -> Access.result(c, i,
                swap(Access.destination(c, i), i.size)));
        actions.put("LEA", Moves::lea);
        actions.put("XCHG", Moves::xchg);
        actions.put("XCHG_A", Moves::xchgA);
        actions.put("CMPXCHG8B", Moves::cmpxchg8b);
        actions.put("CMOV", Moves::cmov);
        actions.put("SETCC", (c, i) -> Access.result(c, i, Flags.condition(c, i.cc()) ? 1 : 0));
        actions.put("XLAT", Moves::xlat);
        bindFlags(actions);
        actions.put("PAUSE", (c, i) -> Thread.onSpinWait());
        // Nothing is cached here, but a line that may not be read faults.
        actions.put("CLFLUSH", (c, i) -> Access.destination(c, i));
        for (String nothing : new String[]{"NOPV", "NOPE", "LFENCE"}) {
            actions.put(nothing, (c, i) -> {});
        }
        actions.put("MFENCE", (c, i) -> java.lang.invoke.VarHandle.fullFence());
    }

    private static void bindFlags(Map<String, Action> actions) {
        actions.put("SAHF", (c, i) -> {
            int mask = Flags.ARITHMETIC & ~Flags.OF;
            int ah = (int) (c.r[Cpu.RAX] >>> 8);
            Flags.setArithmetic(c, Flags.arithmetic(c) & ~mask | ah & mask);
        });
        actions.put("LAHF", (c, i) -> {
            int flags = Flags.arithmetic(c) & 0xD5 | Flags.ALWAYS_ONE;
            c.r[Cpu.RAX] = c.r[Cpu.RAX] & ~0xFF00L | flags << 8;
        });
        actions.put("CMC", (c, i) -> Flags.setCarry(c, !Flags.carry(c)));
        actions.put("CLC", (c, i) -> Flags.setCarry(c, false));
        actions.put("STC", (c, i) -> Flags.setCarry(c, true));
        actions.put("CLD", (c, i) -> c.systemFlags &= ~Flags.DF);
        actions.put("STD", (c, i) -> c.systemFlags |= Flags.DF);
        actions.put("SALC", (c, i) -> Access.register(c, Cpu.RAX, 1, Flags.carry(c) ? -1 : 0));
    }

    static long swap(long value, int size) {
        return switch (size) {
            case 8 -> Long.reverseBytes(value);
            case 4 -> Integer.reverseBytes((int) value) & 0xFFFF_FFFFL;
            default -> 0;
        };
    }

    private static void movbe(Cpu c, Insn i) {
        long value = Access.source(c, i);
        Access.result(c, i, i.size == 2
                ? Short.reverseBytes((short) value)
                : swap(value, i.size));
    }

    private static void lea(Cpu c, Insn i) {
        if (!i.memory) {
            throw GuestFault.ud();
        }
        Access.result(c, i, Access.effective(c, i));
    }

    /// With memory always atomic, `LOCK` or not.
    private static void xchg(Cpu c, Insn i) {
        long b = Access.source(c, i);
        long a;
        if (i.dst == Insn.MEM) {
            long at = Access.linear(c, i, i.size, true);
            Access.probeWrite(c, at, i.size);
            do {
                a = Memory.load(c, at, i.size);
            } while (!Memory.compareAndSet(c, at, i.size, a, b));
            Arithmetic.writeSource(c, i, a);
        } else {
            a = Access.destination(c, i);
            Access.result(c, i, b);
            Arithmetic.writeSource(c, i, a);
        }
    }

    /// 0x90 is XCHG with itself, which in 64-bit code would clear the upper half of RAX: it is NOP.
    private static void xchgA(Cpu c, Insn i) {
        if (i.dstReg != Cpu.RAX) {
            long a = c.r[Cpu.RAX];
            Access.register(c, Cpu.RAX, i.size, c.r[i.dstReg]);
            Access.register(c, i.dstReg, i.size, a);
        }
    }

    private static void cmov(Cpu c, Insn i) {
        long b = Access.source(c, i);
        // Four bytes clear the upper half even when nothing is moved.
        Access.result(c, i, Flags.condition(c, i.cc()) ? b : Access.destination(c, i));
    }

    private static void xlat(Cpu c, Insn i) {
        long offset = Access.truncate(c.r[Cpu.RBX] + (c.r[Cpu.RAX] & 0xFF), i.addressSize);
        long at = Access.linearAt(c, i.segment, offset, 1, false);
        Access.register(c, Cpu.RAX, 1, Memory.load1(c, at));
    }

    /// CMPXCHG8B, and with REX.W CMPXCHG16B.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "CMPXCHG8B/CMPXCHG16B"
    private static void cmpxchg8b(Cpu c, Insn i) {
        if (i.operandSize == 8) {
            cmpxchg16b(c, i);
            return;
        }
        long at = Access.linear(c, i, 8, true);
        Access.probeWrite(c, at, 8);
        long expected = c.r[Cpu.RAX] & 0xFFFF_FFFFL | c.r[Cpu.RDX] << 32;
        long value = c.r[Cpu.RBX] & 0xFFFF_FFFFL | c.r[Cpu.RCX] << 32;
        while (true) {
            long old = Memory.load8(c, at);
            if (old != expected) {
                Access.register(c, Cpu.RAX, 4, old);
                Access.register(c, Cpu.RDX, 4, old >>> 32);
                zero(c, false);
                return;
            }
            if (Memory.compareAndSet(c, at, 8, expected, value)) {
                zero(c, true);
                return;
            }
        }
    }

    /// Java has no 16-byte compare-and-set: all vCPUs take one lock. Two CMPXCHG16B are atomic
    /// against each other, and each half against everything.
    private static void cmpxchg16b(Cpu c, Insn i) {
        long at = Access.linear(c, i, 16, true);
        if ((at & 15) != 0) {
            throw GuestFault.gp();
        }
        SlowMemory.probeWrite(c, at);
        synchronized (Moves.class) {
            long low = Memory.load8(c, at);
            long high = Memory.load8(c, at + 8);
            boolean same = low == c.r[Cpu.RAX] && high == c.r[Cpu.RDX];
            if (same) {
                Memory.store8(c, at, c.r[Cpu.RBX]);
                Memory.store8(c, at + 8, c.r[Cpu.RCX]);
            } else {
                c.r[Cpu.RAX] = low;
                c.r[Cpu.RDX] = high;
            }
            zero(c, same);
        }
    }

    private static void zero(Cpu c, boolean zero) {
        int others = Flags.arithmetic(c) & ~Flags.ZF;
        Flags.setArithmetic(c, others | (zero ? Flags.ZF : 0));
    }
}
