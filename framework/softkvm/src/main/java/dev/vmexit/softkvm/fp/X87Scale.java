package dev.vmexit.softkvm.fp;

/// `FSCALE`, `FXTRACT`, `FPREM` and `FPREM1`: what takes exponents apart.
///
/// As in [X87Arithmetic], `false` means that an unmasked exception prevented a result.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 2A, "FSCALE—Scale", "FXTRACT—Extract Exponent and Significand", "FPREM—Partial Remainder", "FPREM1—Partial Remainder"
public final class X87Scale {
    private static final int REMAINDER_BITS =
            X87Status.C0 | X87Status.C1 | X87Status.C2 | X87Status.C3;
    /// Beyond this any scale overflows or underflows all the same.
    private static final int LARGEST_SCALE = 1 << 16;

    private X87Scale() {}

    /// `FSCALE`: `a` × 2^`b`, `b` truncated to an integer.
    public static boolean scale(Float80 result, Float80 a, Float80 b, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        b.unpack(w.b);
        if (!w.settleNan()) {
            scale(w);
            X87Arithmetic.noteDenormals(w);
        }
        return x87.deliver(result, Format.EXTENDED);
    }

    private static void scale(Workspace w) {
        w.result.set(w.a);
        if (!w.b.isInfinite()) {
            if (w.a.isFinite()) {
                w.result.exponent += scaleOf(w.b);
            }
        } else if (w.b.negative ? w.a.isInfinite() : w.a.isZero()) {
            w.invalid();
        } else if (w.b.negative) {
            w.result.setZero(w.a.negative);
        } else {
            w.result.setInfinite(w.a.negative);
        }
    }

    private static int scaleOf(Unpacked b) {
        if (b.isZero() || b.exponent < 0) {
            return 0;
        }
        int magnitude = b.exponent > 15 ? LARGEST_SCALE : (int) (b.high >>> 63 - b.exponent);
        return b.negative ? -magnitude : magnitude;
    }

    /// `FXTRACT`: the significand of `a`, as a number from 1 to 2, and its exponent.
    ///
    /// @param exponent    becomes what replaces ST(0)
    /// @param significand becomes what is then pushed
    public static boolean extract(Float80 exponent, Float80 significand, Float80 a,
            X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        if (w.settleNanOfOne()) {
            w.a.set(w.result);
        } else if (w.a.isZero()) {
            w.flags |= Flags.ZE;
            w.result.setInfinite(true);
        } else if (w.a.isInfinite()) {
            w.result.setInfinite(false);
        } else {
            w.noteDenormals();
            w.result.setInteger(w.a.exponent);
            w.a.exponent = 0;
        }
        if (!x87.deliver(exponent, Format.EXTENDED)) {
            return false;
        }
        significand.pack(w.a);
        return true;
    }

    /// `FPREM`: `a` minus `b` times the quotient truncated. C2 says that only a part of the work is
    /// done; else C0, C3, C1 are the quotient's bits 2, 1, 0.
    public static boolean remainder(Float80 result, Float80 a, Float80 b, X87Status x87) {
        return remainder(false, result, a, b, x87);
    }

    /// `FPREM1`: the same with the quotient rounded to nearest, as IEEE 754 wants it.
    public static boolean remainderNearest(Float80 result, Float80 a, Float80 b, X87Status x87) {
        return remainder(true, result, a, b, x87);
    }

    private static boolean remainder(boolean nearest, Float80 result, Float80 a, Float80 b,
            X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        b.unpack(w.b);
        int conditions = 0;
        if (!w.settleNan()) {
            if (w.a.isInfinite() || w.b.isZero()) {
                w.invalid();
            } else {
                w.noteDenormals();
                w.result.set(w.a);
                if (w.a.isFinite() && w.b.isFinite()) {
                    conditions = reduce(w, nearest);
                }
            }
        }
        if (!x87.deliver(result, Format.EXTENDED)) {
            return false;
        }
        x87.setConditions(REMAINDER_BITS, conditions);
        return true;
    }

    private static int reduce(Workspace w, boolean nearest) {
        int distance = w.a.exponent - w.b.exponent;
        if (distance >= 64) {
            // A part, of as many quotient bits as the manual allows: 32 to 63.
            divideBits(w, distance & 31 | 32, w.b.exponent + distance - (distance & 31 | 32));
            return X87Status.C2;
        }
        if (distance < -1 || distance == -1 && !nearest) {
            return 0;
        }
        long quotient = distance < 0 ? 0 : divideBits(w, distance, w.b.exponent);
        if (nearest) {
            quotient += distance < 0 ? nearestOfHalf(w) : nearest(w, quotient);
        }
        return ((quotient & 4) != 0 ? X87Status.C0 : 0)
                | ((quotient & 2) != 0 ? X87Status.C3 : 0)
                | ((quotient & 1) != 0 ? X87Status.C1 : 0);
    }

    /// Divides bit by bit; the remainder is the result, its unit that of `exponent`.
    ///
    /// @param steps how many bits the quotient has, less one
    /// @return the quotient
    private static long divideBits(Workspace w, int steps, int exponent) {
        long divisor = w.b.high;
        long rest = w.a.high;
        long quotient = 0;
        boolean carry = false;
        for (int step = steps; step >= 0; step--) {
            quotient <<= 1;
            if (carry || Long.compareUnsigned(rest, divisor) >= 0) {
                rest -= divisor;
                quotient |= 1;
            }
            if (step > 0) {
                carry = rest < 0;
                rest <<= 1;
            }
        }
        w.result.setFinite(w.a.negative, exponent, rest, 0);
        return quotient;
    }

    /// Rounds the quotient up if the remainder is more than half of the divisor, or half with an
    /// odd quotient: the remainder then gets the other sign.
    private static int nearest(Workspace w, long quotient) {
        if (w.result.isZero()) {
            return 0;
        }
        int shift = w.b.exponent - w.result.exponent;
        long rest = w.result.high >>> shift;
        boolean beyondHalf = shift == 0 || shift == 1 && Long.compareUnsigned(w.result.high,
                w.b.high) > 0;
        boolean half = shift == 1 && w.result.high == w.b.high;
        if (!beyondHalf && !(half && (quotient & 1) != 0)) {
            return 0;
        }
        w.result.setFinite(!w.a.negative, w.b.exponent, w.b.high - rest, 0);
        return 1;
    }

    /// The same where `a` has the exponent below that of `b`: then it is the remainder itself.
    private static int nearestOfHalf(Workspace w) {
        if (Long.compareUnsigned(w.a.high, w.b.high) <= 0) {
            return 0;
        }
        w.result.setFinite(!w.a.negative, w.a.exponent, (w.b.high << 1) - w.a.high, 0);
        return 1;
    }
}
