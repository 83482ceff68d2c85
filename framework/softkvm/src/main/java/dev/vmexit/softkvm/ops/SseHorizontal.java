package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Vectors;
import dev.vmexit.softkvm.fp.Binary32;
import dev.vmexit.softkvm.fp.Binary64;
import dev.vmexit.softkvm.fp.MxCsr;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// Floating-point instructions that combine neighbouring elements: HADD, HSUB, ADDSUB, DP.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, the instruction's own page
final class SseHorizontal {
    private SseHorizontal() {}

    static void bind(Map<String, Action> actions) {
        actions.put("HADDPS", SseFloat.guarded((c, i) -> neighbours32(c, i, false)));
        actions.put("HSUBPS", SseFloat.guarded((c, i) -> neighbours32(c, i, true)));
        actions.put("HADDPD", SseFloat.guarded((c, i) -> neighbours64(c, i, false)));
        actions.put("HSUBPD", SseFloat.guarded((c, i) -> neighbours64(c, i, true)));
        actions.put("ADDSUBPS", SseFloat.guarded(SseHorizontal::addsubps));
        actions.put("ADDSUBPD", SseFloat.guarded(SseHorizontal::addsubpd));
        actions.put("DPPS", SseFloat.guarded(SseHorizontal::dpps));
        actions.put("DPPD", SseFloat.guarded(SseHorizontal::dppd));
    }

    private static void neighbours32(Cpu c, Insn i, boolean subtract) {
        Vectors v = c.vectors;
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        long low = SseFloat.join(within(v.lo[i.reg], subtract, c.mxcsr),
                within(v.hi[i.reg], subtract, c.mxcsr));
        long high = SseFloat.join(within(bLow, subtract, c.mxcsr),
                within(bHigh, subtract, c.mxcsr));
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    private static int within(long pair, boolean subtract, MxCsr mxcsr) {
        int first = (int) pair;
        int second = (int) (pair >>> 32);
        return subtract ? Binary32.sub(first, second, mxcsr) : Binary32.add(first, second, mxcsr);
    }

    private static void neighbours64(Cpu c, Insn i, boolean subtract) {
        Vectors v = c.vectors;
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        long low = plusOrMinus(v.lo[i.reg], v.hi[i.reg], subtract, c.mxcsr);
        long high = plusOrMinus(bLow, bHigh, subtract, c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    private static long plusOrMinus(long a, long b, boolean subtract, MxCsr mxcsr) {
        return subtract ? Binary64.sub(a, b, mxcsr) : Binary64.add(a, b, mxcsr);
    }

    private static void addsubps(Cpu c, Insn i) {
        Vectors v = c.vectors;
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        long low = alternate(v.lo[i.reg], bLow, c.mxcsr);
        long high = alternate(v.hi[i.reg], bHigh, c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    private static long alternate(long a, long b, MxCsr mxcsr) {
        int even = Binary32.sub((int) a, (int) b, mxcsr);
        int odd = Binary32.add((int) (a >>> 32), (int) (b >>> 32), mxcsr);
        return SseFloat.join(even, odd);
    }

    private static void addsubpd(Cpu c, Insn i) {
        Vectors v = c.vectors;
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        long low = Binary64.sub(v.lo[i.reg], bLow, c.mxcsr);
        long high = Binary64.add(v.hi[i.reg], bHigh, c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    // Dot products. Bits 7:4 of the immediate choose the products, bits 3:0 where the sum goes.
    // Each step is an instruction of its own as far as exceptions go: a product that stops the
    // CPU keeps the sums from being computed at all.

    private static void dpps(Cpu c, Insn i) {
        Vectors v = c.vectors;
        MxCsr m = c.mxcsr;
        int imm8 = (int) i.imm & 0xFF;
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        m.beginPacked();
        long low = products(v.lo[i.reg], bLow, imm8 >> 4, m);
        long high = products(v.hi[i.reg], bHigh, imm8 >> 6, m);
        m.endPacked();
        m.beginPacked();
        int lowSum = Binary32.add((int) low, (int) (low >>> 32), m);
        int highSum = Binary32.add((int) high, (int) (high >>> 32), m);
        m.endPacked();
        int sum = Binary32.add(lowSum, highSum, m);
        SseMoves.set(c, i.reg, spread(sum, imm8), spread(sum, imm8 >> 2));
    }

    /// {@return the products of two pairs, +0 for those that bits 1:0 do not choose}
    private static long products(long a, long b, int chosen, MxCsr m) {
        int low = (chosen & 1) == 0 ? 0 : Binary32.mul((int) a, (int) b, m);
        int high = (chosen & 2) == 0 ? 0 : Binary32.mul((int) (a >>> 32), (int) (b >>> 32), m);
        return SseFloat.join(low, high);
    }

    private static long spread(int sum, int chosen) {
        return SseFloat.join((chosen & 1) == 0 ? 0 : sum, (chosen & 2) == 0 ? 0 : sum);
    }

    private static void dppd(Cpu c, Insn i) {
        Vectors v = c.vectors;
        MxCsr m = c.mxcsr;
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        m.beginPacked();
        long low = (i.imm & 1 << 4) == 0 ? 0 : Binary64.mul(v.lo[i.reg], bLow, m);
        long high = (i.imm & 1 << 5) == 0 ? 0 : Binary64.mul(v.hi[i.reg], bHigh, m);
        m.endPacked();
        long sum = Binary64.add(low, high, m);
        SseMoves.set(c, i.reg, (i.imm & 1) == 0 ? 0 : sum, (i.imm & 2) == 0 ? 0 : sum);
    }
}
