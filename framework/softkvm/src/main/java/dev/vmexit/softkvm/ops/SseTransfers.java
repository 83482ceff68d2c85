package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SlowMemory;
import dev.vmexit.softkvm.fp.MxCsr;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.packed.Transfer;
import dev.vmexit.softkvm.packed.WideImmediate;
import java.util.Map;

/// Single elements into vector registers and out of them, sign bits, stores under a mask, MXCSR.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, the instruction's own page
final class SseTransfers {
    /// Bits 7:6 of INSERTPS's immediate: which element of the source.
    private static final int INSERTPS_FROM = 3 << 6;

    private SseTransfers() {}

    @FunctionalInterface
    private interface Extraction {
        long apply(long low, long high, int imm8);
    }

    static void bind(Map<String, Action> actions) {
        actions.put("PINSRB", insert(Transfer::pinsrb));
        actions.put("PINSRW/V", insert(Transfer::pinsrw));
        actions.put("PINSRW/P", SseTransfers::pinsrwMmx);
        actions.put("PINSRD", SseTransfers::pinsrd);
        actions.put("INSERTPS", SseTransfers::insertps);
        actions.put("PEXTRB", extract(Transfer::pextrb));
        actions.put("PEXTRW", SseTransfers::pextrw);
        actions.put("PEXTRW_E", extract(Transfer::pextrw));
        actions.put("PEXTRW_P", (c, i) -> Access.result(c, i,
                Transfer.pextrw(SseMoves.readMmx(c, i.rm), (int) i.imm & 0xFF)));
        actions.put("PEXTRD", SseTransfers::pextrd);
        bindMasks(actions);
        actions.put("LDMXCSR", SseTransfers::ldmxcsr);
        actions.put("STMXCSR", SseTransfers::stmxcsr);
    }

    private static void bindMasks(Map<String, Action> actions) {
        actions.put("MOVMSKPS", (c, i) -> Access.result(c, i,
                Transfer.movmskps(c.vectors.lo[i.rm], c.vectors.hi[i.rm])));
        actions.put("MOVMSKPD", (c, i) -> Access.result(c, i,
                Transfer.movmskpd(c.vectors.lo[i.rm], c.vectors.hi[i.rm])));
        actions.put("PMOVMSKB", (c, i) -> Access.result(c, i,
                Transfer.pmovmskb(c.vectors.lo[i.rm], c.vectors.hi[i.rm])));
        actions.put("PMOVMSKB_P", (c, i) -> Access.result(c, i,
                Transfer.pmovmskb(SseMoves.readMmx(c, i.rm))));
        actions.put("MASKMOVDQU", SseTransfers::maskmovdqu);
        actions.put("MASKMOVQ", SseTransfers::maskmovq);
    }

    // Insertion.

    /// {@return the integer to insert} Its register is always a whole one: number 4 is never AH.
    private static long inserted(Cpu c, Insn i) {
        return i.memory ? Access.source(c, i) : c.r[i.rm];
    }

    private static Action insert(WideImmediate op) {
        return (c, i) -> {
            long value = inserted(c, i);
            long[] d = SseWide.destination(c, i);
            op.apply(d, value, 0, (int) i.imm & 0xFF);
            SseMoves.set(c, i.reg, d[0], d[1]);
        };
    }

    private static void pinsrd(Cpu c, Insn i) {
        long value = inserted(c, i);
        long[] d = SseWide.destination(c, i);
        if (i.srcSize == 8) {
            Transfer.pinsrq(d, value, 0, (int) i.imm & 0xFF);
        } else {
            Transfer.pinsrd(d, value, 0, (int) i.imm & 0xFF);
        }
        SseMoves.set(c, i.reg, d[0], d[1]);
    }

    private static void pinsrwMmx(Cpu c, Insn i) {
        long value = inserted(c, i);
        long old = c.x87.mmx(i.reg);
        SseMoves.setMmx(c, i.reg, Transfer.pinsrw(old, value, (int) i.imm & 0xFF));
    }

    /// In memory there is only one element, whatever the immediate says.
    private static void insertps(Cpu c, Insn i) {
        int imm8 = (int) i.imm & (i.memory ? 0xFF & ~INSERTPS_FROM : 0xFF);
        long low = Access.vectorLow(c, i);
        long high = Access.vectorHigh(c, i);
        long[] d = SseWide.destination(c, i);
        Transfer.insertps(d, low, high, imm8);
        SseMoves.set(c, i.reg, d[0], d[1]);
    }

    // Extraction.

    /// An element becomes all of a general register, but only its own size of memory.
    private static Action extract(Extraction op) {
        return (c, i) -> extracted(c, i,
                op.apply(c.vectors.lo[i.reg], c.vectors.hi[i.reg], (int) i.imm & 0xFF));
    }

    private static void extracted(Cpu c, Insn i, long value) {
        if (i.memory) {
            Access.result(c, i, value);
        } else {
            c.r[i.rm] = value;
        }
    }

    private static void pextrd(Cpu c, Insn i) {
        long low = c.vectors.lo[i.reg];
        long high = c.vectors.hi[i.reg];
        int imm8 = (int) i.imm & 0xFF;
        extracted(c, i, i.size == 8
                ? Transfer.pextrq(low, high, imm8)
                : Transfer.pextrd(low, high, imm8));
    }

    /// The older form, whose source is `rm`.
    private static void pextrw(Cpu c, Insn i) {
        Access.result(c, i, Transfer.pextrw(c.vectors.lo[i.rm], c.vectors.hi[i.rm],
                (int) i.imm & 0xFF));
    }

    // Under a mask: the bytes of `reg` whose counterpart in `rm` has its top bit set, to DS:rDI.

    private static void maskmovdqu(Cpu c, Insn i) {
        long[] lo = c.vectors.lo;
        long[] hi = c.vectors.hi;
        probe(c, i, 0, lo[i.rm]);
        probe(c, i, 8, hi[i.rm]);
        store(c, i, 0, lo[i.rm], lo[i.reg]);
        store(c, i, 8, hi[i.rm], hi[i.reg]);
    }

    private static void maskmovq(Cpu c, Insn i) {
        long mask = c.x87.mmx(i.rm);
        probe(c, i, 0, mask);
        store(c, i, 0, mask, c.x87.mmx(i.reg));
        c.x87.enterMmx();
    }

    private static void probe(Cpu c, Insn i, int first, long mask) {
        for (int n = 0; n < 8; n++) {
            if (isSelected(mask, n)) {
                SlowMemory.probeWrite(c, place(c, i, first + n));
            }
        }
    }

    private static void store(Cpu c, Insn i, int first, long mask, long value) {
        for (int n = 0; n < 8; n++) {
            if (isSelected(mask, n)) {
                Memory.store1(c, place(c, i, first + n), value >>> 8 * n);
            }
        }
    }

    private static boolean isSelected(long mask, int n) {
        return (mask >>> 8 * n & 0x80) != 0;
    }

    private static long place(Cpu c, Insn i, int n) {
        long offset = Access.truncate(c.r[Cpu.RDI] + n, i.addressSize);
        return Access.linearAt(c, i.segment, offset, 1, true);
    }

    // MXCSR.

    /// @throws GuestFault `#GP` for a bit that does not exist
    private static void ldmxcsr(Cpu c, Insn i) {
        requireSse(c);
        long value = Memory.load4(c, Access.linear(c, i, 4, false));
        if ((value & ~MxCsr.WRITABLE) != 0) {
            throw GuestFault.gp();
        }
        c.mxcsr.value = (int) value;
    }

    private static void stmxcsr(Cpu c, Insn i) {
        requireSse(c);
        Access.result(c, i, c.mxcsr.value);
    }

    /// These two name no vector register, from which the table would know.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 2, 2.4.5 Exceptions Type 5
    private static void requireSse(Cpu c) {
        boolean emulated = (c.cr0 & ControlRegisters.CR0_EM) != 0;
        if (emulated || (c.cr4 & ControlRegisters.CR4_OSFXSR) == 0) {
            throw GuestFault.ud();
        }
        if ((c.cr0 & ControlRegisters.CR0_TS) != 0) {
            throw GuestFault.of(GuestFault.NM);
        }
    }
}
