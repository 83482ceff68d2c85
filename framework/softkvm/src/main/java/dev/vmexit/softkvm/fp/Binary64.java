package dev.vmexit.softkvm.fp;

/// What SSE2 computes on a double-precision number, which travels as its 64 bits so that a NaN
/// keeps its payload.
///
/// Most guests round to nearest, mask everything, and leave PE set after their first division. Then
/// the host's double arithmetic is the answer as it stands. If PE is still clear, the error of the
/// rounding, which is a number itself, tells whether it has to be set. Operands and results at the
/// ends of the range, NaNs, and every other state of MXCSR go to [Scalar].
///
/// Every method accumulates flags in `mxcsr` and throws [FloatingPointFault] if an exception occurs
/// that is not masked.
///
/// @spec https://doi.org/10.1007/978-3-319-76526-6 Muller et al., Handbook of Floating-Point Arithmetic, section 4.3.2, "The 2Sum Algorithm"
public final class Binary64 {
    private static final Format FORMAT = Format.BINARY64;
    private static final long SIGN = 1L << 63;
    private static final long INFINITY = 0x7FF0_0000_0000_0000L;
    private static final long MIN_NORMAL = 0x0010_0000_0000_0000L;
    /// From here on the error of an operation is a normal number, or zero.
    private static final long MIN_SAFE = 0x0800_0000_0000_0000L;
    private static final double TWO_31 = 0x1p31;
    private static final double TWO_62 = 0x1p62;
    private static final long INTEGER_SAFE = 1L << 62;

    private Binary64() {}

    /// {@return whether it is a normal number or a zero}
    private static boolean isOrdinary(long bits) {
        long magnitude = bits & ~SIGN;
        return magnitude < INFINITY && (magnitude >= MIN_NORMAL || magnitude == 0);
    }

    private static boolean isSafe(long bits) {
        long magnitude = bits & ~SIGN;
        return magnitude < INFINITY && magnitude >= MIN_SAFE;
    }

    private static boolean isFinite(long bits) {
        return (bits & ~SIGN) < INFINITY;
    }

    public static long add(long a, long b, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isOrdinary(a) && isOrdinary(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double sum = x + y;
            long bits = Double.doubleToRawLongBits(sum);
            if (isFinite(bits)) {
                if (!mxcsr.isInexact() && errorOfSum(x, y, sum) != 0) {
                    mxcsr.inexact();
                }
                return bits;
            }
        }
        return Scalar.arithmetic(Operation.ADD, a, b, FORMAT, mxcsr);
    }

    /// {@return `x + y - sum`, exactly} It is a number that exists, wherever the sum does.
    private static double errorOfSum(double x, double y, double sum) {
        double partOfX = sum - y;
        double partOfY = sum - partOfX;
        return x - partOfX + (y - partOfY);
    }

    public static long sub(long a, long b, MxCsr mxcsr) {
        // The other sign makes it an addition, unless b is a NaN, which has to keep its sign.
        if (isFinite(b)) {
            return add(a, b ^ SIGN, mxcsr);
        }
        return Scalar.arithmetic(Operation.SUBTRACT, a, b, FORMAT, mxcsr);
    }

    public static long mul(long a, long b, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isOrdinary(a) && isOrdinary(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double product = x * y;
            long bits = Double.doubleToRawLongBits(product);
            if (isSafe(bits) || x == 0 || y == 0) {
                if (!mxcsr.isInexact() && Math.fma(x, y, -product) != 0) {
                    mxcsr.inexact();
                }
                return bits;
            }
        }
        return Scalar.arithmetic(Operation.MULTIPLY, a, b, FORMAT, mxcsr);
    }

    public static long div(long a, long b, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isSafe(a) && isOrdinary(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double quotient = x / y;
            long bits = Double.doubleToRawLongBits(quotient);
            if (isSafe(bits)) {
                if (!mxcsr.isInexact() && Math.fma(quotient, y, -x) != 0) {
                    mxcsr.inexact();
                }
                return bits;
            }
        }
        return Scalar.arithmetic(Operation.DIVIDE, a, b, FORMAT, mxcsr);
    }

    public static long sqrt(long a, MxCsr mxcsr) {
        if (mxcsr.isPlain() && a >= 0 && isSafe(a)) {
            double x = Double.longBitsToDouble(a);
            double root = Math.sqrt(x);
            if (!mxcsr.isInexact() && Math.fma(root, root, -x) != 0) {
                mxcsr.inexact();
            }
            return Double.doubleToRawLongBits(root);
        }
        return Scalar.arithmetic(Operation.SQUARE_ROOT, a, 0, FORMAT, mxcsr);
    }

    /// {@return the less one; `b` if they are equal or one is a NaN, which is `IE`}
    public static long min(long a, long b, MxCsr mxcsr) {
        if (isOrdinary(a) && isOrdinary(b)) {
            return Double.longBitsToDouble(a) < Double.longBitsToDouble(b) ? a : b;
        }
        return Scalar.extreme(a, b, false, FORMAT, mxcsr);
    }

    /// {@return the greater one; `b` if they are equal or one is a NaN, which is `IE`}
    public static long max(long a, long b, MxCsr mxcsr) {
        if (isOrdinary(a) && isOrdinary(b)) {
            return Double.longBitsToDouble(a) > Double.longBitsToDouble(b) ? a : b;
        }
        return Scalar.extreme(a, b, true, FORMAT, mxcsr);
    }

    /// {@return -1, 0 or 1 as `a` is less than, equal to or greater than `b`; 2 if unordered}
    ///
    /// @param signalQuiet whether a quiet NaN is invalid too: `COMISD` and the predicates LT, LE,
    ///                    NLT, NLE say so, `UCOMISD` and the others do not
    public static int compare(long a, long b, boolean signalQuiet, MxCsr mxcsr) {
        if (isOrdinary(a) && isOrdinary(b)) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            return x < y ? -1 : x > y ? 1 : 0;
        }
        return Scalar.compare(a, b, signalQuiet, FORMAT, mxcsr);
    }

    /// {@return `a` rounded to an integral value}
    ///
    /// @param imm8 as `ROUNDSD` has it: bits 0-1 the mode unless bit 2 says MXCSR's, bit 3 no PE
    public static long round(long a, int imm8, MxCsr mxcsr) {
        if (isOrdinary(a)) {
            double x = Double.longBitsToDouble(a);
            double rounded = Scalar.toIntegral(x, imm8, mxcsr);
            return Double.doubleToRawLongBits(rounded);
        }
        return Scalar.round(a, imm8, FORMAT, mxcsr);
    }

    /// {@return `a` as an integer, or `8000_0000` and `IE` if it does not fit}
    public static int toInt32(long a, MxCsr mxcsr) {
        return (int) toInteger(a, 32, false, mxcsr);
    }

    public static int toInt32Truncated(long a, MxCsr mxcsr) {
        return (int) toInteger(a, 32, true, mxcsr);
    }

    /// {@return `a` as an integer, or `8000_0000_0000_0000` and `IE` if it does not fit}
    public static long toInt64(long a, MxCsr mxcsr) {
        return toInteger(a, 64, false, mxcsr);
    }

    public static long toInt64Truncated(long a, MxCsr mxcsr) {
        return toInteger(a, 64, true, mxcsr);
    }

    private static long toInteger(long a, int bits, boolean truncate, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isOrdinary(a)) {
            double x = Double.longBitsToDouble(a);
            double rounded = truncate ? x : Math.rint(x);
            double limit = bits == 32 ? TWO_31 : TWO_62;
            long value = (long) rounded;
            if (value < limit && value >= -limit) {
                if (value != x) {
                    mxcsr.inexact();
                }
                return value;
            }
        }
        return Scalar.toInteger(a, bits, truncate, FORMAT, mxcsr);
    }

    public static long fromInt32(int value) {
        return Double.doubleToRawLongBits(value);
    }

    public static long fromInt64(long value, MxCsr mxcsr) {
        if (mxcsr.isPlain() && value < INTEGER_SAFE && value > -INTEGER_SAFE) {
            double converted = value;
            if ((long) converted != value) {
                mxcsr.inexact();
            }
            return Double.doubleToRawLongBits(converted);
        }
        return Scalar.fromInteger(value, FORMAT, mxcsr);
    }

    public static int toBinary32(long a, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isOrdinary(a)) {
            double x = Double.longBitsToDouble(a);
            float narrow = (float) x;
            boolean normal = Math.abs(x) >= Float.MIN_NORMAL && Math.abs(narrow) <= Float.MAX_VALUE;
            if (normal || x == 0) {
                if (narrow != x) {
                    mxcsr.inexact();
                }
                return Float.floatToRawIntBits(narrow);
            }
        }
        return (int) Scalar.convert(a, FORMAT, Format.BINARY32, mxcsr);
    }
}
