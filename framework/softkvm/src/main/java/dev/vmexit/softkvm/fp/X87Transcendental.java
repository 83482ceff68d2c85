package dev.vmexit.softkvm.fp;

/// `FSIN`, `FCOS`, `FSINCOS`, `FPTAN`, `FPATAN`, `F2XM1`, `FYL2X`, `FYL2XP1`.
///
/// The manual allows an error of one unit in the last place and real CPUs differ within that. These
/// are correctly rounded nearly always (see [Series]), in every rounding mode; precision control
/// does not touch them. An angle is reduced by the FPU's own π of 66 bits. Outside the ranges that
/// the manual gives for `F2XM1` the operand is returned.
///
/// As in [X87Arithmetic], `false` means that an unmasked exception prevented a result.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, sections 8.3.7, "Trigonometric Instructions", 8.3.9, "Logarithmic, Exponential, and Scale", and 8.3.10, "Transcendental Instruction Accuracy"
public final class X87Transcendental {
    private static final int ANGLE_LIMIT = 63;

    private X87Transcendental() {}

    /// `FSIN`. C2 says that the angle was too large: it is returned as it is.
    public static boolean sin(Float80 result, Float80 a, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        if (!angleSettled(w, x87)) {
            w.result.set(w.a);
            if (w.a.isFinite()) {
                x87.series.sineAndCosine(w.result, w.b, w.a);
            }
        }
        return x87.deliver(result, Format.EXTENDED);
    }

    /// `FCOS`. C2 as with [#sin].
    public static boolean cos(Float80 result, Float80 a, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        if (!angleSettled(w, x87)) {
            w.result.setInteger(1);
            if (w.a.isFinite()) {
                x87.series.sineAndCosine(w.b, w.result, w.a);
            }
        }
        return x87.deliver(result, Format.EXTENDED);
    }

    /// `FSINCOS`: the sine replaces ST(0), then the cosine is pushed. With C2 set only `sine` is
    /// written, the angle, and nothing is to be pushed.
    public static boolean sinCos(Float80 sine, Float80 cosine, Float80 a, X87Status x87) {
        int sign = a.signExponent;
        long significand = a.significand;
        if (!sin(sine, a, x87)) {
            return false;
        }
        if (x87.isSet(X87Status.C2)) {
            return true;
        }
        cosine.set(sign, significand);
        return cos(cosine, cosine, x87);
    }

    /// `FPTAN`: the tangent replaces ST(0), then `companion` is pushed, which is 1.0 (or the NaN
    /// again). C2 as with [#sinCos].
    public static boolean tan(Float80 tangent, Float80 companion, Float80 a, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        if (!angleSettled(w, x87)) {
            w.result.set(w.a);
            if (w.a.isFinite()) {
                x87.series.sineAndCosine(w.result, w.b, w.a);
                Exact.divideWide(w.result, w.result, w.b);
                // For the smallest angles both series lose the same, and the quotient looks exact.
                w.result.low |= 1;
            }
        }
        if (!x87.deliver(tangent, Format.EXTENDED)) {
            return false;
        }
        companion.pack(w.result.isNan() ? w.result : w.b.setInteger(1));
        return true;
    }

    /// {@return whether `a` is no angle to compute with} The result is settled then, and so is C2.
    private static boolean angleSettled(Workspace w, X87Status x87) {
        x87.setConditions(X87Status.C2, 0);
        if (w.settleNanOfOne()) {
            return true;
        }
        if (w.a.isInfinite()) {
            w.invalid();
            return true;
        }
        if (w.a.isFinite() && w.a.exponent >= ANGLE_LIMIT) {
            x87.setConditions(X87Status.C2, X87Status.C2);
            w.result.set(w.a);
            return true;
        }
        w.noteDenormals();
        return false;
    }

    /// `FPATAN`: the angle of the point (`x`, `y`), from -π to π.
    public static boolean atan(Float80 result, Float80 y, Float80 x, X87Status x87) {
        Workspace w = x87.begin();
        y.unpack(w.a);
        x.unpack(w.b);
        if (!w.settleNan()) {
            w.noteDenormals();
            angle(w, x87.series);
        }
        return x87.deliver(result, Format.EXTENDED);
    }

    private static void angle(Workspace w, Series series) {
        boolean below = w.a.negative;
        boolean left = w.b.negative;
        Unpacked result = w.result;
        if (w.a.isInfinite() && w.b.isInfinite()) {
            result.set(Series.PI).exponent -= 2;
        } else if (w.a.isZero() || w.b.isInfinite()) {
            result.setZero(false);
        } else if (w.b.isZero() || w.a.isInfinite()) {
            result.set(Series.PI).exponent--;
            left = false;
        } else {
            w.a.negative = false;
            w.b.negative = false;
            series.arcTangent(result, w.a, w.b);
        }
        if (left) {
            result.negative = true;
            Exact.add(result, result, Series.PI);
        }
        result.negative = below;
    }

    /// `F2XM1`: 2^`a` - 1, for `a` from -1 to 1.
    public static boolean exp2Minus1(Float80 result, Float80 a, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        if (!w.settleNanOfOne()) {
            w.noteDenormals();
            w.result.set(w.a);
            if (w.a.isInfinite() && w.a.negative) {
                w.result.setInteger(-1);
            } else if (w.a.isFinite() && w.a.exponent < 0) {
                x87.series.exponentialMinus1(w.result, w.a);
            } else if (isMinusOne(w.a)) {
                w.result.exponent = -1;
            }
        }
        return deliverInexact(result, w.a.isFinite(), x87);
    }

    /// A transcendental function reports PE even where its result happens to be exact, and with it
    /// UE of a denormal.
    private static boolean deliverInexact(Float80 result, boolean inexact, X87Status x87) {
        boolean delivered = x87.deliver(result, Format.EXTENDED);
        if (delivered && inexact) {
            boolean tiny = x87.workspace.result.high >= 0;
            x87.raise(Flags.PE | (tiny ? Flags.UE : 0));
        }
        return delivered;
    }

    private static boolean isMinusOne(Unpacked value) {
        return value.isFinite() && value.negative && value.exponent == 0
                && value.high == Unpacked.LEADING;
    }

    /// `FYL2X`: `y` × log2(`x`).
    public static boolean yLog2(Float80 result, Float80 y, Float80 x, X87Status x87) {
        Workspace w = x87.begin();
        y.unpack(w.a);
        x.unpack(w.b);
        boolean inexact = false;
        if (!w.settleNan()) {
            if (w.b.negative && !w.b.isZero()) {
                w.invalid();
            } else {
                boolean pole = w.b.isZero() && w.a.isFinite();
                logarithm(w, x87.series);
                Operation.MULTIPLY.apply(w);
                w.flags |= pole ? Flags.ZE : 0;
                X87Arithmetic.noteDenormals(w);
                inexact = w.result.isFinite();
            }
        }
        return deliverInexact(result, inexact, x87);
    }

    /// Replaces `b` by its binary logarithm.
    private static void logarithm(Workspace w, Series series) {
        Unpacked x = w.b;
        boolean denormal = x.denormal;
        if (x.isZero()) {
            x.setInfinite(true);
        } else if (x.isFinite() && x.high == Unpacked.LEADING) {
            x.setInteger(x.exponent);
        } else if (x.isFinite()) {
            series.log2(x, x);
        }
        x.denormal = denormal;
    }

    /// `FYL2XP1`: `y` × log2(`x` + 1), exact to the last place however small `x` is. The manual
    /// wants `x` between √½ - 1 and √2 - 1; from -1 up any will do here.
    public static boolean yLog2Plus1(Float80 result, Float80 y, Float80 x, X87Status x87) {
        Workspace w = x87.begin();
        y.unpack(w.a);
        x.unpack(w.b);
        boolean inexact = false;
        if (!w.settleNan()) {
            if (w.b.negative && (w.b.isInfinite() || w.b.isFinite() && w.b.exponent >= 0)) {
                w.invalid();
            } else {
                logarithmPlus1(w, x87.series);
                Operation.MULTIPLY.apply(w);
                X87Arithmetic.noteDenormals(w);
                inexact = w.result.isFinite();
            }
        }
        return deliverInexact(result, inexact, x87);
    }

    private static void logarithmPlus1(Workspace w, Series series) {
        Unpacked x = w.b;
        if (!x.isFinite()) {
            return;
        }
        boolean denormal = x.denormal;
        if (x.exponent < -1) {
            series.log2Plus1(x, x);
        } else {
            w.result.setInteger(1);
            Exact.add(x, x, w.result);
            logarithm(w, series);
        }
        x.denormal = denormal;
    }
}
