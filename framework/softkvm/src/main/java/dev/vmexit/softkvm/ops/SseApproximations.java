package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.fp.MxCsr;
import dev.vmexit.softkvm.insn.Action;
import java.util.Map;

/// RCP and RSQRT: neither rounding modes nor exceptions, denormals are zeros.
///
/// The manual allows a relative error of 1.5 · 2⁻¹²; real CPUs look the result up in a table, and
/// each maker has another. Here it is the nearest `float`: what a guest refines stays right.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "RCPPS" and "RSQRTPS"
final class SseApproximations {
    private static final int SIGN = 1 << 31;
    private static final int INFINITY = 0x7F80_0000;
    private static final int MIN_NORMAL = 0x0080_0000;
    private static final int QUIET = 1 << 22;
    private static final int INDEFINITE = 0xFFC0_0000;

    private SseApproximations() {}

    static void bind(Map<String, Action> actions) {
        actions.put("RCPPS", (c, i) -> SseFloat.packedSingle(c, i, SseApproximations::rcp));
        actions.put("RCPSS", (c, i) -> SseFloat.scalarSingle(c, i, SseApproximations::rcp));
        actions.put("RSQRTPS", (c, i) -> SseFloat.packedSingle(c, i, SseApproximations::rsqrt));
        actions.put("RSQRTSS", (c, i) -> SseFloat.scalarSingle(c, i, SseApproximations::rsqrt));
    }

    private static int rcp(int a, int b, int imm8, MxCsr unused) {
        if (isNan(b)) {
            return b | QUIET;
        }
        if (isTiny(b)) {
            return b & SIGN | INFINITY;
        }
        int result = Float.floatToRawIntBits(1 / Float.intBitsToFloat(b));
        return isTiny(result) ? result & SIGN : result;
    }

    private static int rsqrt(int a, int b, int imm8, MxCsr unused) {
        if (isNan(b)) {
            return b | QUIET;
        }
        if (isTiny(b)) {
            return b & SIGN | INFINITY;
        }
        return b < 0
                ? INDEFINITE
                : Float.floatToRawIntBits((float) (1 / Math.sqrt(Float.intBitsToFloat(b))));
    }

    private static boolean isNan(int bits) {
        return (bits & ~SIGN) > INFINITY;
    }

    /// {@return whether it is a denormal or a zero}
    private static boolean isTiny(int bits) {
        return (bits & ~SIGN) < MIN_NORMAL;
    }
}
