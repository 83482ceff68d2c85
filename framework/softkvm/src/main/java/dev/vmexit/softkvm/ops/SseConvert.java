package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.fp.Binary32;
import dev.vmexit.softkvm.fp.Binary64;
import dev.vmexit.softkvm.fp.MxCsr;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// CVT: between integers, single and double precision, in XMM, MMX and general registers.
///
/// ```
///  CVT [T] from 2 to     SI an integer   PI two in MMX   DQ four or two in XMM
///       T: truncate      SS SD one       PS PD four or two
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 11.4.1.6 SSE2 Conversion Instructions
public final class SseConvert {
    private SseConvert() {}

    public static void bind(Map<String, Action> actions) {
        put(actions, "CVTSI2SS", SseConvert::cvtsi2ss);
        put(actions, "CVTSI2SD", SseConvert::cvtsi2sd);
        put(actions, "CVTSS2SI", (c, i) -> singleToInteger(c, i, false));
        put(actions, "CVTTSS2SI", (c, i) -> singleToInteger(c, i, true));
        put(actions, "CVTSD2SI", (c, i) -> doubleToInteger(c, i, false));
        put(actions, "CVTTSD2SI", (c, i) -> doubleToInteger(c, i, true));
        put(actions, "CVTSS2SD", (c, i) -> c.vectors.lo[i.reg] =
                Binary32.toBinary64((int) Access.vectorLow(c, i), c.mxcsr));
        put(actions, "CVTSD2SS", (c, i) -> SseFloat.setLow(c, i.reg,
                Binary64.toBinary32(Access.vectorLow(c, i), c.mxcsr)));
        put(actions, "CVTPS2PD", SseConvert::cvtps2pd);
        put(actions, "CVTPD2PS", SseConvert::cvtpd2ps);
        put(actions, "CVTDQ2PS", SseConvert::cvtdq2ps);
        put(actions, "CVTDQ2PD", SseConvert::cvtdq2pd);
        put(actions, "CVTPS2DQ", (c, i) -> singlesToIntegers(c, i, false));
        put(actions, "CVTTPS2DQ", (c, i) -> singlesToIntegers(c, i, true));
        put(actions, "CVTPD2DQ", (c, i) -> doublesToIntegers(c, i, false));
        put(actions, "CVTTPD2DQ", (c, i) -> doublesToIntegers(c, i, true));
        bindMmx(actions);
    }

    private static void bindMmx(Map<String, Action> actions) {
        put(actions, "CVTPI2PS", SseConvert::cvtpi2ps);
        put(actions, "CVTPI2PD", SseConvert::cvtpi2pd);
        put(actions, "CVTPS2PI", (c, i) -> singlesToMmx(c, i, false));
        put(actions, "CVTTPS2PI", (c, i) -> singlesToMmx(c, i, true));
        put(actions, "CVTPD2PI", (c, i) -> doublesToMmx(c, i, false));
        put(actions, "CVTTPD2PI", (c, i) -> doublesToMmx(c, i, true));
    }

    private static void put(Map<String, Action> actions, String name, Action action) {
        actions.put(name, SseFloat.guarded(action));
    }

    // One.

    private static void cvtsi2ss(Cpu c, Insn i) {
        long value = Access.source(c, i);
        SseFloat.setLow(c, i.reg, i.srcSize == 8
                ? Binary32.fromInt64(value, c.mxcsr)
                : Binary32.fromInt32((int) value, c.mxcsr));
    }

    private static void cvtsi2sd(Cpu c, Insn i) {
        long value = Access.source(c, i);
        c.vectors.lo[i.reg] = i.srcSize == 8
                ? Binary64.fromInt64(value, c.mxcsr)
                : Binary64.fromInt32((int) value);
    }

    private static void singleToInteger(Cpu c, Insn i, boolean truncate) {
        int a = (int) Access.vectorLow(c, i);
        Access.result(c, i, i.size == 8
                ? int64(a, truncate, c.mxcsr)
                : int32(a, truncate, c.mxcsr));
    }

    private static long int64(int a, boolean truncate, MxCsr mxcsr) {
        return truncate ? Binary32.toInt64Truncated(a, mxcsr) : Binary32.toInt64(a, mxcsr);
    }

    private static int int32(int a, boolean truncate, MxCsr mxcsr) {
        return truncate ? Binary32.toInt32Truncated(a, mxcsr) : Binary32.toInt32(a, mxcsr);
    }

    private static void doubleToInteger(Cpu c, Insn i, boolean truncate) {
        long a = Access.vectorLow(c, i);
        Access.result(c, i, i.size == 8
                ? int64(a, truncate, c.mxcsr)
                : int32(a, truncate, c.mxcsr));
    }

    private static long int64(long a, boolean truncate, MxCsr mxcsr) {
        return truncate ? Binary64.toInt64Truncated(a, mxcsr) : Binary64.toInt64(a, mxcsr);
    }

    private static int int32(long a, boolean truncate, MxCsr mxcsr) {
        return truncate ? Binary64.toInt32Truncated(a, mxcsr) : Binary64.toInt32(a, mxcsr);
    }

    // All. Memory is read before beginPacked: a page fault would leave it open.

    private static void cvtps2pd(Cpu c, Insn i) {
        long b = Access.vectorLow(c, i);
        c.mxcsr.beginPacked();
        long low = Binary32.toBinary64((int) b, c.mxcsr);
        long high = Binary32.toBinary64((int) (b >>> 32), c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    private static void cvtpd2ps(Cpu c, Insn i) {
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        int low = Binary64.toBinary32(bLow, c.mxcsr);
        int high = Binary64.toBinary32(bHigh, c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, SseFloat.join(low, high), 0);
    }

    private static void cvtdq2ps(Cpu c, Insn i) {
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        long low = integersToSingles(bLow, c.mxcsr);
        long high = integersToSingles(bHigh, c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    private static long integersToSingles(long b, MxCsr mxcsr) {
        int low = Binary32.fromInt32((int) b, mxcsr);
        return SseFloat.join(low, Binary32.fromInt32((int) (b >>> 32), mxcsr));
    }

    /// Every 32-bit integer is a double: nothing is rounded.
    private static void cvtdq2pd(Cpu c, Insn i) {
        integersToDoubles(c, i, Access.vectorLow(c, i));
    }

    private static void integersToDoubles(Cpu c, Insn i, long b) {
        SseMoves.set(c, i.reg, Binary64.fromInt32((int) b), Binary64.fromInt32((int) (b >>> 32)));
    }

    private static void singlesToIntegers(Cpu c, Insn i, boolean truncate) {
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        long low = fromSingles(bLow, truncate, c.mxcsr);
        long high = fromSingles(bHigh, truncate, c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    private static long fromSingles(long b, boolean truncate, MxCsr mxcsr) {
        int low = int32((int) b, truncate, mxcsr);
        return SseFloat.join(low, int32((int) (b >>> 32), truncate, mxcsr));
    }

    private static void doublesToIntegers(Cpu c, Insn i, boolean truncate) {
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        SseMoves.set(c, i.reg, fromDoubles(bLow, bHigh, truncate, c.mxcsr), 0);
    }

    private static long fromDoubles(long bLow, long bHigh, boolean truncate, MxCsr mxcsr) {
        mxcsr.beginPacked();
        int low = int32(bLow, truncate, mxcsr);
        int high = int32(bHigh, truncate, mxcsr);
        mxcsr.endPacked();
        return SseFloat.join(low, high);
    }

    // MMX. Real CPUs have switched the x87 over by the time they raise #XM, but not for #PF.

    /// Switches the x87 to MMX even when the operand is in memory.
    private static void cvtpi2ps(Cpu c, Insn i) {
        long b = Access.mmx(c, i);
        c.x87.enterMmx();
        c.mxcsr.beginPacked();
        long low = integersToSingles(b, c.mxcsr);
        c.mxcsr.endPacked();
        c.vectors.lo[i.reg] = low;
    }

    /// Leaves the x87 alone when the operand is in memory.
    private static void cvtpi2pd(Cpu c, Insn i) {
        integersToDoubles(c, i, Access.mmx(c, i));
        if (!i.memory) {
            c.x87.enterMmx();
        }
    }

    private static void singlesToMmx(Cpu c, Insn i, boolean truncate) {
        long b = Access.vectorLow(c, i);
        c.x87.enterMmx();
        c.mxcsr.beginPacked();
        long result = fromSingles(b, truncate, c.mxcsr);
        c.mxcsr.endPacked();
        c.x87.setMmx(i.reg, result);
    }

    private static void doublesToMmx(Cpu c, Insn i, boolean truncate) {
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.x87.enterMmx();
        c.x87.setMmx(i.reg, fromDoubles(bLow, bHigh, truncate, c.mxcsr));
    }
}
