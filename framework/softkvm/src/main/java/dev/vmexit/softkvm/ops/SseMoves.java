package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.Vectors;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.packed.Shuffle;
import java.util.Map;

/// Whole, half and scalar moves between XMM or MMX registers, general registers and memory. Single
/// elements and stores under a mask are in [SseTransfers].
///
/// Several instructions differ only in what a real CPU's caches and pipelines make of them
/// (MOVAPS, MOVDQU, MOVNTDQ, LDDQU); the opcode table gives them one name, here `MOVUPS`.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, the instruction's own page
public final class SseMoves {
    private static final long WORD = 0xFFFF_FFFFL;

    private SseMoves() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("MOVUPS", SseMoves::movups);
        actions.put("MOVUPD", SseMoves::movups);
        actions.put("MOVSS", SseMoves::movss);
        actions.put("MOVSD", SseMoves::movsd);
        actions.put("MOVLPS", (c, i) -> c.vectors.lo[i.reg] = Access.vectorLow(c, i));
        actions.put("MOVHPS", (c, i) -> c.vectors.hi[i.reg] = Access.vectorLow(c, i));
        actions.put("MOVLPS_STORE", (c, i) -> Access.result(c, i, c.vectors.lo[i.reg]));
        actions.put("MOVHPS_STORE", (c, i) -> Access.result(c, i, c.vectors.hi[i.reg]));
        actions.put("MOVHLPS", (c, i) -> c.vectors.lo[i.reg] = c.vectors.hi[i.rm]);
        actions.put("MOVLHPS", (c, i) -> c.vectors.hi[i.reg] = c.vectors.lo[i.rm]);
        actions.put("MOVSLDUP", SseWide.wide(Shuffle::movsldup));
        actions.put("MOVSHDUP", SseWide.wide(Shuffle::movshdup));
        actions.put("MOVDDUP", SseWide.wide(Shuffle::movddup));
        bindSmall(actions);
        SseTransfers.bind(actions);
    }

    /// MOVD and MOVQ, and between the two kinds of registers.
    private static void bindSmall(Map<String, Action> actions) {
        actions.put("MOVD_V", (c, i) -> set(c, i.reg, Access.sourceUnsigned(c, i), 0));
        actions.put("MOVD_V_STORE", (c, i) -> Access.result(c, i, c.vectors.lo[i.reg]));
        actions.put("MOVQ_V", (c, i) -> set(c, i.reg, Access.vectorLow(c, i), 0));
        actions.put("MOVQ_V_STORE", SseMoves::movqStore);
        actions.put("MOVD_P", (c, i) -> setMmx(c, i.reg, Access.sourceUnsigned(c, i)));
        actions.put("MOVD_P_STORE", SseMoves::movdMmxStore);
        actions.put("MOVQ_P", (c, i) -> setMmx(c, i.reg, Access.mmx(c, i)));
        actions.put("MOVQ_P_STORE", SseMoves::movqMmxStore);
        actions.put("MOVDQ2Q", (c, i) -> setMmx(c, i.reg, c.vectors.lo[i.rm]));
        actions.put("MOVQ2DQ", (c, i) -> set(c, i.reg, readMmx(c, i.rm), 0));
    }

    static void set(Cpu c, int register, long low, long high) {
        c.vectors.lo[register] = low;
        c.vectors.hi[register] = high;
    }

    /// {@return whether it is the form that names the register second: `MOVUPS Wo Vo`}
    private static boolean isStore(Insn i) {
        return switch (i.opcode) {
            case 0x11, 0x29, 0x2B, 0x7F, 0xE7 -> true;
            default -> false;
        };
    }

    private static void movups(Cpu c, Insn i) {
        Vectors v = c.vectors;
        if (!isStore(i)) {
            long low = Access.vectorLow(c, i);
            set(c, i.reg, low, Access.vectorHigh(c, i));
        } else if (i.memory) {
            Access.store16(c, Access.linear16(c, i, true), v.lo[i.reg], v.hi[i.reg]);
        } else {
            set(c, i.rm, v.lo[i.reg], v.hi[i.reg]);
        }
    }

    /// From memory it clears the rest of the register, from a register it keeps it.
    private static void movss(Cpu c, Insn i) {
        long[] lo = c.vectors.lo;
        boolean store = isStore(i);
        if (i.memory && store) {
            Memory.store4(c, Access.linear(c, i, 4, true), lo[i.reg]);
        } else if (i.memory) {
            set(c, i.reg, Memory.load4(c, Access.linear(c, i, 4, false)), 0);
        } else {
            int from = store ? i.reg : i.rm;
            int to = store ? i.rm : i.reg;
            lo[to] = lo[to] & ~WORD | lo[from] & WORD;
        }
    }

    private static void movsd(Cpu c, Insn i) {
        long[] lo = c.vectors.lo;
        boolean store = isStore(i);
        if (i.memory && store) {
            Memory.store8(c, Access.linear(c, i, 8, true), lo[i.reg]);
        } else if (i.memory) {
            set(c, i.reg, Memory.load8(c, Access.linear(c, i, 8, false)), 0);
        } else if (store) {
            lo[i.rm] = lo[i.reg];
        } else {
            lo[i.reg] = lo[i.rm];
        }
    }

    private static void movqStore(Cpu c, Insn i) {
        long value = c.vectors.lo[i.reg];
        if (i.memory) {
            Memory.store8(c, Access.linear(c, i, 8, true), value);
        } else {
            set(c, i.rm, value, 0);
        }
    }

    private static void movdMmxStore(Cpu c, Insn i) {
        Access.result(c, i, c.x87.mmx(i.reg));
        c.x87.enterMmx();
    }

    private static void movqMmxStore(Cpu c, Insn i) {
        if (i.memory) {
            Memory.store8(c, Access.linear(c, i, 8, true), c.x87.mmx(i.reg));
            c.x87.enterMmx();
        } else {
            setMmx(c, i.rm, c.x87.mmx(i.reg));
        }
    }

    // Every MMX instruction switches the x87 to MMX, but not if it faults: last of all, therefore.

    static void setMmx(Cpu c, int register, long value) {
        c.x87.setMmx(register, value);
        c.x87.enterMmx();
    }

    /// {@return an MMX register for an instruction that cannot fault any more}
    static long readMmx(Cpu c, int register) {
        c.x87.enterMmx();
        return c.x87.mmx(register);
    }
}
