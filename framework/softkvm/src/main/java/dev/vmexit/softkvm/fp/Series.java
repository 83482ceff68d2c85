package dev.vmexit.softkvm.fp;

/// Sine, cosine, arctangent, logarithm and exponential of finite numbers, in 128 bits.
///
/// Each function brings its operand into a small range and sums up a power series there. About
/// 2^-115 of the result is lost on the way; rounded to 64 bits it is the nearest number except
/// where the true value lies that close to the middle of two, that is, its error is below
/// 0.5 + 2^-50 units in the last place. Results are never exact; those that are, the callers answer
/// themselves.
///
/// The scratch numbers make an instance one thread's own.
///
/// @spec https://doi.org/10.1007/978-1-4899-7983-4 Muller, Elementary Functions, chapters 3, "Polynomial or Rational Approximations", and 11, "Range Reduction"
final class Series {
    static final Unpacked PI = constant(1, 0xC90F_DAA2_2168_C234L, 0xC4C6_628B_80DC_1CD1L);
    static final Unpacked LN_2 = constant(-1, 0xB172_17F7_D1CF_79ABL, 0xC9E3_B398_03F2_F6AFL);
    static final Unpacked LOG2_E = constant(0, 0xB8AA_3B29_5C17_F0BBL, 0xBE87_FED0_691D_3E89L);
    static final Unpacked LOG2_10 = constant(1, 0xD49A_784B_CD1B_8AFEL, 0x492B_F6FF_4DAF_DB4DL);
    static final Unpacked LOG10_2 = constant(-2, 0x9A20_9A84_FBCF_F798L, 0x8F89_59AC_0B7C_9178L);

    private static final Unpacked ONE = new Unpacked().setInteger(1);
    private static final int TERMS = 30;
    /// (-1)^k / (2k+1)!, (-1)^k / (2k)!, 1 / (k+1)!, 1 / (2k+1), (-1)^k / (2k+1).
    private static final Unpacked[] SINE = inverseFactorials(1, 2, true);
    private static final Unpacked[] COSINE = inverseFactorials(0, 2, true);
    private static final Unpacked[] EXPONENTIAL = inverseFactorials(1, 1, false);
    private static final Unpacked[] AREA_TANGENT = inverseOdds(false);
    private static final Unpacked[] ARC_TANGENT = inverseOdds(true);
    /// The arctangents of 0/8, 1/8 … 8/8.
    private static final Unpacked[] EIGHTHS = eighths();

    /// π as the FPU's sine sees it, cut to 66 bits; here ÷ 2 and in units of 2^-65, an integer.
    private static final long QUARTER_TURN_HIGH = 3;
    private static final long QUARTER_TURN_LOW = 0x243F_6A88_85A3_08D3L;
    private static final long SQUARE_ROOT_OF_2 = 0xB504_F333_F9DE_6484L;

    private final Unpacked square = new Unpacked();
    private final Unpacked sum = new Unpacked();
    private final Unpacked x = new Unpacked();
    private final Unpacked y = new Unpacked();

    private static Unpacked constant(int exponent, long high, long low) {
        return new Unpacked().setFinite(false, exponent, high, low);
    }

    private static Unpacked[] inverseFactorials(int first, int step, boolean alternating) {
        var coefficients = new Unpacked[TERMS];
        var value = new Unpacked().setInteger(1);
        var divisor = new Unpacked();
        int factor = first;
        for (int k = 0; k < TERMS; k++) {
            coefficients[k] = new Unpacked().set(value);
            for (int i = 0; i < step; i++) {
                factor++;
                Exact.divideWide(value, value, divisor.setInteger(factor));
            }
        }
        return alternating ? alternate(coefficients) : coefficients;
    }

    private static Unpacked[] inverseOdds(boolean alternating) {
        var coefficients = new Unpacked[TERMS];
        var divisor = new Unpacked();
        for (int k = 0; k < TERMS; k++) {
            coefficients[k] = new Unpacked();
            Exact.divideWide(coefficients[k], ONE, divisor.setInteger(2 * k + 1));
        }
        return alternating ? alternate(coefficients) : coefficients;
    }

    private static Unpacked[] alternate(Unpacked[] coefficients) {
        for (int k = 1; k < TERMS; k += 2) {
            coefficients[k].negative = true;
        }
        return coefficients;
    }

    /// atan(k/8) = atan((k-1)/8) + atan(8 / (64 + k(k-1))).
    private static Unpacked[] eighths() {
        var angles = new Unpacked[9];
        var series = new Series();
        var step = new Unpacked();
        angles[0] = new Unpacked();
        for (int k = 1; k <= 8; k++) {
            angles[k] = new Unpacked();
            Exact.divideWide(step, step.setInteger(8), angles[k].setInteger(64 + k * (k - 1)));
            series.oddSeries(step, ARC_TANGENT, step);
            Exact.add(angles[k], angles[k - 1], step);
        }
        return angles;
    }

    /// The polynomial in `variable`, by Horner's rule, into `sum`. Terms beyond the 128 bits are
    /// left out.
    private void polynomial(Unpacked[] coefficients, Unpacked variable) {
        int last = coefficients.length - 1;
        while (last > 1 && coefficients[last].exponent + last * variable.exponent < -140) {
            last--;
        }
        sum.set(coefficients[last]);
        for (int k = last - 1; k >= 0; k--) {
            Exact.multiply(sum, sum, variable);
            Exact.add(sum, sum, coefficients[k]);
        }
    }

    /// `argument` × the polynomial in its square.
    private void oddSeries(Unpacked result, Unpacked[] coefficients, Unpacked argument) {
        Exact.multiply(square, argument, argument);
        polynomial(coefficients, square);
        Exact.multiply(result, sum, argument);
    }

    private void evenSeries(Unpacked result, Unpacked[] coefficients, Unpacked argument) {
        Exact.multiply(square, argument, argument);
        polynomial(coefficients, square);
        result.set(sum);
    }

    /// The sine and the cosine of `angle`, whose magnitude is below 2^63.
    void sineAndCosine(Unpacked sine, Unpacked cosine, Unpacked angle) {
        x.set(angle);
        int quarters = reduce(x);
        boolean swap = (quarters & 1) != 0;
        oddSeries(swap ? cosine : sine, SINE, x);
        evenSeries(swap ? sine : cosine, COSINE, x);
        sine.negative ^= quarters >= 2;
        cosine.negative ^= quarters == 1 || quarters == 2;
    }

    /// Takes quarter turns off the angle until at most an eighth of a turn remains. That is exact,
    /// for the FPU's π has 66 bits; a caller who divides by a better π gets another result, and the
    /// manual says so.
    ///
    /// @return how many quarters, modulo 4
    /// @spec https://www.intel.com/sdm Intel SDM vol. 1, section 8.3.8, "Approximation of Pi"
    private static int reduce(Unpacked angle) {
        if (angle.exponent < -2) {
            return 0;
        }
        long high = 0;
        long low = angle.high;
        int quarters = 0;
        for (int bit = angle.exponent + 2; bit > 0; bit--) {
            high = high << 1 | low >>> 63;
            low <<= 1;
            quarters <<= 1;
            if (notLess(high, low)) {
                high -= QUARTER_TURN_HIGH
                        + (Long.compareUnsigned(low, QUARTER_TURN_LOW) < 0 ? 1 : 0);
                low -= QUARTER_TURN_LOW;
                quarters++;
            }
        }
        boolean negative = angle.negative;
        if (notLess(high << 1 | low >>> 63, low << 1)) {
            high = QUARTER_TURN_HIGH - high
                    - (Long.compareUnsigned(QUARTER_TURN_LOW, low) < 0 ? 1 : 0);
            low = QUARTER_TURN_LOW - low;
            quarters++;
            angle.negative = !negative;
        }
        angle.setFinite(angle.negative, 127 - 65, high, low);
        return (negative ? -quarters : quarters) & 3;
    }

    private static boolean notLess(long high, long low) {
        return high > QUARTER_TURN_HIGH || high == QUARTER_TURN_HIGH
                && Long.compareUnsigned(low, QUARTER_TURN_LOW) >= 0;
    }

    /// The angle of the point (`across`, `up`), both positive: from 0 to π/2.
    void arcTangent(Unpacked result, Unpacked up, Unpacked across) {
        boolean steep = Unpacked.compareMagnitude(up, across) > 0;
        Exact.divideWide(x, steep ? across : up, steep ? up : across);
        int eighth = (int) Math.round(Math.scalb((x.high >>> 11) * 0x1p-52, Math.max(x.exponent,
                -100)) * 8);
        if (eighth != 0) {
            // (x - c) / (1 + x c), c = eighth / 8
            Exact.add(y, x, eighths(y, -eighth));
            Exact.multiply(x, x, eighths(square, eighth));
            Exact.add(x, x, ONE);
            Exact.divideWide(x, y, x);
        }
        oddSeries(x, ARC_TANGENT, x);
        Exact.add(x, x, EIGHTHS[eighth]);
        if (steep) {
            x.negative = true;
            y.set(PI).exponent--;
            Exact.add(x, x, y);
        }
        result.set(x);
    }

    private static Unpacked eighths(Unpacked to, int count) {
        to.setInteger(count).exponent -= 3;
        return to;
    }

    /// The binary logarithm of a positive number that is no power of two.
    void log2(Unpacked result, Unpacked number) {
        int exponent = number.exponent;
        x.set(number);
        x.exponent = 0;
        if (Long.compareUnsigned(x.high, SQUARE_ROOT_OF_2) > 0) {
            x.exponent = -1;
            exponent++;
        }
        y.set(x);
        Exact.add(x, x, square.setInteger(-1));
        log2OfRatio(x, x, y);
        Exact.add(result, x, y.setInteger(exponent));
    }

    /// The binary logarithm of 1 + `number`, for small ones.
    void log2Plus1(Unpacked result, Unpacked number) {
        Exact.add(y, number, ONE);
        log2OfRatio(result, number, y);
    }

    /// log2(`whole`), given `part` = `whole` - 1: both halves of an area tangent's argument.
    private void log2OfRatio(Unpacked result, Unpacked part, Unpacked whole) {
        Exact.add(sum, whole, ONE);
        Exact.divideWide(x, part, sum);
        oddSeries(x, AREA_TANGENT, x);
        x.exponent++;
        Exact.multiply(result, x, LOG2_E);
    }

    /// 2^`power` - 1, for powers from -1 to 1.
    void exponentialMinus1(Unpacked result, Unpacked power) {
        Exact.multiply(x, power, LN_2);
        polynomial(EXPONENTIAL, x);
        Exact.multiply(result, sum, x);
    }
}
