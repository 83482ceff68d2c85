package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.packed.AddSubtract;
import dev.vmexit.softkvm.packed.Compare;
import dev.vmexit.softkvm.packed.Horizontal;
import dev.vmexit.softkvm.packed.Interleave;
import dev.vmexit.softkvm.packed.Lane;
import dev.vmexit.softkvm.packed.LaneImmediate;
import dev.vmexit.softkvm.packed.Logic;
import dev.vmexit.softkvm.packed.MinMax;
import dev.vmexit.softkvm.packed.Multiply;
import dev.vmexit.softkvm.packed.Pack;
import dev.vmexit.softkvm.packed.Shift;
import dev.vmexit.softkvm.packed.Shuffle;
import java.util.Map;

/// The integer instructions that treat every 64 bits alike, shifts, and MMX forms of the others.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, the instruction's own page
public final class SsePacked {
    private SsePacked() {}

    public static void bind(Map<String, Action> actions) {
        bindAddSubtract(actions);
        bindMultiply(actions);
        bindCompare(actions);
        bindMinMax(actions);
        bindShifts(actions);
        bindMmxOnly(actions);
        SseWide.bind(actions);
    }

    private static void bindAddSubtract(Map<String, Action> actions) {
        bind(actions, "PADDB", AddSubtract::paddb);
        bind(actions, "PADDW", AddSubtract::paddw);
        bind(actions, "PADDD", AddSubtract::paddd);
        bind(actions, "PADDQ", AddSubtract::paddq);
        bind(actions, "PSUBB", AddSubtract::psubb);
        bind(actions, "PSUBW", AddSubtract::psubw);
        bind(actions, "PSUBD", AddSubtract::psubd);
        bind(actions, "PSUBQ", AddSubtract::psubq);
        bind(actions, "PADDSB", AddSubtract::paddsb);
        bind(actions, "PADDSW", AddSubtract::paddsw);
        bind(actions, "PSUBSB", AddSubtract::psubsb);
        bind(actions, "PSUBSW", AddSubtract::psubsw);
        bind(actions, "PADDUSB", AddSubtract::paddusb);
        bind(actions, "PADDUSW", AddSubtract::paddusw);
        bind(actions, "PSUBUSB", AddSubtract::psubusb);
        bind(actions, "PSUBUSW", AddSubtract::psubusw);
        bind(actions, "PAVGB", AddSubtract::pavgb);
        bind(actions, "PAVGW", AddSubtract::pavgw);
        bind(actions, "PSIGNB", AddSubtract::psignb);
        bind(actions, "PSIGNW", AddSubtract::psignw);
        bind(actions, "PSIGND", AddSubtract::psignd);
        bind(actions, "PABSB", AddSubtract::pabsb);
        bind(actions, "PABSW", AddSubtract::pabsw);
        bind(actions, "PABSD", AddSubtract::pabsd);
    }

    private static void bindMultiply(Map<String, Action> actions) {
        bind(actions, "PMULLW", Multiply::pmullw);
        bind(actions, "PMULHW", Multiply::pmulhw);
        bind(actions, "PMULHUW", Multiply::pmulhuw);
        bind(actions, "PMULHRSW", Multiply::pmulhrsw);
        bind(actions, "PMADDWD", Multiply::pmaddwd);
        bind(actions, "PMADDUBSW", Multiply::pmaddubsw);
        bind(actions, "PMULLD", Multiply::pmulld);
        bind(actions, "PMULUDQ", Multiply::pmuludq);
        bind(actions, "PMULDQ", Multiply::pmuldq);
        bind(actions, "PSADBW", Horizontal::psadbw);
    }

    private static void bindCompare(Map<String, Action> actions) {
        bind(actions, "PCMPEQB", Compare::pcmpeqb);
        bind(actions, "PCMPEQW", Compare::pcmpeqw);
        bind(actions, "PCMPEQD", Compare::pcmpeqd);
        bind(actions, "PCMPEQQ", Compare::pcmpeqq);
        bind(actions, "PCMPGTB", Compare::pcmpgtb);
        bind(actions, "PCMPGTW", Compare::pcmpgtw);
        bind(actions, "PCMPGTD", Compare::pcmpgtd);
        bind(actions, "PCMPGTQ", Compare::pcmpgtq);
        bind(actions, "PAND", Logic::pand);
        bind(actions, "PANDN", Logic::pandn);
        bind(actions, "POR", Logic::por);
        bind(actions, "PXOR", Logic::pxor);
    }

    private static void bindMinMax(Map<String, Action> actions) {
        bind(actions, "PMINUB", MinMax::pminub);
        bind(actions, "PMINUW", MinMax::pminuw);
        bind(actions, "PMINUD", MinMax::pminud);
        bind(actions, "PMINSB", MinMax::pminsb);
        bind(actions, "PMINSW", MinMax::pminsw);
        bind(actions, "PMINSD", MinMax::pminsd);
        bind(actions, "PMAXUB", MinMax::pmaxub);
        bind(actions, "PMAXUW", MinMax::pmaxuw);
        bind(actions, "PMAXUD", MinMax::pmaxud);
        bind(actions, "PMAXSB", MinMax::pmaxsb);
        bind(actions, "PMAXSW", MinMax::pmaxsw);
        bind(actions, "PMAXSD", MinMax::pmaxsd);
    }

    private static void bindShifts(Map<String, Action> actions) {
        bindShift(actions, "PSRLW", Shift::psrlw);
        bindShift(actions, "PSRLD", Shift::psrld);
        bindShift(actions, "PSRLQ", Shift::psrlq);
        bindShift(actions, "PSRAW", Shift::psraw);
        bindShift(actions, "PSRAD", Shift::psrad);
        bindShift(actions, "PSLLW", Shift::psllw);
        bindShift(actions, "PSLLD", Shift::pslld);
        bindShift(actions, "PSLLQ", Shift::psllq);
        actions.put("PSRLDQ", bytes(Shift::psrldq));
        actions.put("PSLLDQ", bytes(Shift::pslldq));
    }

    /// Those whose XMM form mixes the halves: see [SseWide].
    private static void bindMmxOnly(Map<String, Action> actions) {
        actions.put("PUNPCKLBW/P", mmx(Interleave::punpcklbw));
        actions.put("PUNPCKLWD/P", mmx(Interleave::punpcklwd));
        actions.put("PUNPCKLDQ/P", mmx(Interleave::punpckldq));
        actions.put("PUNPCKHBW/P", mmx(Interleave::punpckhbw));
        actions.put("PUNPCKHWD/P", mmx(Interleave::punpckhwd));
        actions.put("PUNPCKHDQ/P", mmx(Interleave::punpckhdq));
        actions.put("PACKSSWB/P", mmx(Pack::packsswb));
        actions.put("PACKUSWB/P", mmx(Pack::packuswb));
        actions.put("PACKSSDW/P", mmx(Pack::packssdw));
        actions.put("PSHUFB/P", mmx(Shuffle::pshufb));
        actions.put("PSHUFW", mmxImmediate(Shuffle::pshufw));
        actions.put("PALIGNR/P", mmxImmediate(Shuffle::palignr));
        actions.put("PHADDW/P", mmx(Horizontal::phaddw));
        actions.put("PHADDD/P", mmx(Horizontal::phaddd));
        actions.put("PHADDSW/P", mmx(Horizontal::phaddsw));
        actions.put("PHSUBW/P", mmx(Horizontal::phsubw));
        actions.put("PHSUBD/P", mmx(Horizontal::phsubd));
        actions.put("PHSUBSW/P", mmx(Horizontal::phsubsw));
    }

    // From functions to actions.

    private static void bind(Map<String, Action> actions, String name, Lane op) {
        actions.put(name + "/P", mmx(op));
        actions.put(name + "/V", vector(op));
    }

    private static Action mmx(Lane op) {
        return (c, i) -> {
            long b = Access.mmx(c, i);
            SseMoves.setMmx(c, i.reg, op.apply(c.x87.mmx(i.reg), b));
        };
    }

    private static Action mmxImmediate(LaneImmediate op) {
        return (c, i) -> {
            long b = Access.mmx(c, i);
            SseMoves.setMmx(c, i.reg, op.apply(c.x87.mmx(i.reg), b, (int) i.imm & 0xFF));
        };
    }

    private static Action vector(Lane op) {
        return (c, i) -> {
            long low = Access.vectorLow(c, i);
            long high = Access.vectorHigh(c, i);
            both(c, i.reg, op, low, high);
        };
    }

    private static void both(Cpu c, int register, Lane op, long low, long high) {
        long[] lo = c.vectors.lo;
        long[] hi = c.vectors.hi;
        lo[register] = op.apply(lo[register], low);
        hi[register] = op.apply(hi[register], high);
    }

    /// By a register or memory, of which the low 64 bits count, and by an immediate.
    private static void bindShift(Map<String, Action> actions, String name, Lane op) {
        actions.put(name + "/P", mmx(op));
        actions.put(name + "/V", (c, i) -> {
            long count = Access.vectorLow(c, i);
            both(c, i.reg, op, count, count);
        });
        actions.put(name + "_I/P",
                (c, i) -> SseMoves.setMmx(c, i.rm, op.apply(c.x87.mmx(i.rm), i.imm & 0xFF)));
        actions.put(name + "_I/V", (c, i) -> both(c, i.rm, op, i.imm & 0xFF, i.imm & 0xFF));
    }

    @FunctionalInterface
    private interface Bytes {
        void apply(long[] d, int count);
    }

    private static Action bytes(Bytes op) {
        return (c, i) -> shiftBytes(c, i, op);
    }

    private static void shiftBytes(Cpu c, Insn i, Bytes op) {
        long[] d = c.vectors.scratch;
        d[0] = c.vectors.lo[i.rm];
        d[1] = c.vectors.hi[i.rm];
        op.apply(d, (int) i.imm & 0xFF);
        SseMoves.set(c, i.rm, d[0], d[1]);
    }
}
