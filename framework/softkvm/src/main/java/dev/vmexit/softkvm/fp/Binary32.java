package dev.vmexit.softkvm.fp;

/// What SSE computes on a single-precision number, which travels as its 32 bits so that a NaN keeps
/// its payload. The companion of [Binary64], with one difference: a product or quotient of two
/// 24-bit numbers can be checked in double arithmetic, which has room for it.
///
/// Every method accumulates flags in `mxcsr` and throws [FloatingPointFault] if an exception occurs
/// that is not masked. Left out: `RCPSS` and `RSQRTSS`, whose results differ from one CPU to the
/// next.
public final class Binary32 {
    private static final Format FORMAT = Format.BINARY32;
    private static final int SIGN = 1 << 31;
    private static final int INFINITY = 0x7F80_0000;
    private static final int MIN_NORMAL = 0x0080_0000;
    /// The smallest normal number may be one that was rounded up to it, and tiny.
    private static final int MIN_SAFE = 2 * MIN_NORMAL;
    private static final float TWO_31 = 0x1p31f;
    private static final float TWO_62 = 0x1p62f;
    private static final long INTEGER_SAFE = 1L << 62;
    private static final long WORD = 0xFFFF_FFFFL;

    private Binary32() {}

    /// {@return whether it is a normal number or a zero}
    private static boolean isOrdinary(int bits) {
        int magnitude = bits & ~SIGN;
        return magnitude < INFINITY && (magnitude >= MIN_NORMAL || magnitude == 0);
    }

    private static boolean isSafe(int bits) {
        int magnitude = bits & ~SIGN;
        return magnitude < INFINITY && magnitude >= MIN_SAFE;
    }

    private static boolean isFinite(int bits) {
        return (bits & ~SIGN) < INFINITY;
    }

    private static int full(Operation operation, int a, int b, MxCsr mxcsr) {
        return (int) Scalar.arithmetic(operation, a & WORD, b & WORD, FORMAT, mxcsr);
    }

    public static int add(int a, int b, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isOrdinary(a) && isOrdinary(b)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float sum = x + y;
            int bits = Float.floatToRawIntBits(sum);
            if (isFinite(bits)) {
                if (!mxcsr.isInexact() && errorOfSum(x, y, sum) != 0) {
                    mxcsr.inexact();
                }
                return bits;
            }
        }
        return full(Operation.ADD, a, b, mxcsr);
    }

    private static float errorOfSum(float x, float y, float sum) {
        float partOfX = sum - y;
        float partOfY = sum - partOfX;
        return x - partOfX + (y - partOfY);
    }

    public static int sub(int a, int b, MxCsr mxcsr) {
        // The other sign makes it an addition, unless b is a NaN, which has to keep its sign.
        return isFinite(b) ? add(a, b ^ SIGN, mxcsr) : full(Operation.SUBTRACT, a, b, mxcsr);
    }

    public static int mul(int a, int b, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isOrdinary(a) && isOrdinary(b)) {
            double product = (double) Float.intBitsToFloat(a) * Float.intBitsToFloat(b);
            float rounded = (float) product;
            int bits = Float.floatToRawIntBits(rounded);
            if (isSafe(bits) || product == 0) {
                if (rounded != product) {
                    mxcsr.inexact();
                }
                return bits;
            }
        }
        return full(Operation.MULTIPLY, a, b, mxcsr);
    }

    public static int div(int a, int b, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isOrdinary(a) && isOrdinary(b)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float quotient = x / y;
            int bits = Float.floatToRawIntBits(quotient);
            if (isSafe(bits) && y != 0) {
                if ((double) quotient * y != x) {
                    mxcsr.inexact();
                }
                return bits;
            }
        }
        return full(Operation.DIVIDE, a, b, mxcsr);
    }

    public static int sqrt(int a, MxCsr mxcsr) {
        if (mxcsr.isPlain() && a >= 0 && isOrdinary(a)) {
            float x = Float.intBitsToFloat(a);
            float root = (float) Math.sqrt(x);
            if ((double) root * root != x) {
                mxcsr.inexact();
            }
            return Float.floatToRawIntBits(root);
        }
        return full(Operation.SQUARE_ROOT, a, 0, mxcsr);
    }

    /// {@return the less one; `b` if they are equal or one is a NaN, which is `IE`}
    public static int min(int a, int b, MxCsr mxcsr) {
        if (isOrdinary(a) && isOrdinary(b)) {
            return Float.intBitsToFloat(a) < Float.intBitsToFloat(b) ? a : b;
        }
        return (int) Scalar.extreme(a & WORD, b & WORD, false, FORMAT, mxcsr);
    }

    /// {@return the greater one; `b` if they are equal or one is a NaN, which is `IE`}
    public static int max(int a, int b, MxCsr mxcsr) {
        if (isOrdinary(a) && isOrdinary(b)) {
            return Float.intBitsToFloat(a) > Float.intBitsToFloat(b) ? a : b;
        }
        return (int) Scalar.extreme(a & WORD, b & WORD, true, FORMAT, mxcsr);
    }

    /// {@return -1, 0 or 1 as `a` is less than, equal to or greater than `b`; 2 if unordered}
    ///
    /// @param signalQuiet whether a quiet NaN is invalid too: `COMISS` and the predicates LT, LE,
    ///                    NLT, NLE say so, `UCOMISS` and the others do not
    public static int compare(int a, int b, boolean signalQuiet, MxCsr mxcsr) {
        if (isOrdinary(a) && isOrdinary(b)) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            return x < y ? -1 : x > y ? 1 : 0;
        }
        return Scalar.compare(a & WORD, b & WORD, signalQuiet, FORMAT, mxcsr);
    }

    /// {@return `a` rounded to an integral value}
    ///
    /// @param imm8 as `ROUNDSS` has it: bits 0-1 the mode unless bit 2 says MXCSR's, bit 3 no PE
    public static int round(int a, int imm8, MxCsr mxcsr) {
        if (isOrdinary(a)) {
            double rounded = Scalar.toIntegral(Float.intBitsToFloat(a), imm8, mxcsr);
            return Float.floatToRawIntBits((float) rounded);
        }
        return (int) Scalar.round(a & WORD, imm8, FORMAT, mxcsr);
    }

    /// {@return `a` as an integer, or `8000_0000` and `IE` if it does not fit}
    public static int toInt32(int a, MxCsr mxcsr) {
        return (int) toInteger(a, 32, false, mxcsr);
    }

    public static int toInt32Truncated(int a, MxCsr mxcsr) {
        return (int) toInteger(a, 32, true, mxcsr);
    }

    /// {@return `a` as an integer, or `8000_0000_0000_0000` and `IE` if it does not fit}
    public static long toInt64(int a, MxCsr mxcsr) {
        return toInteger(a, 64, false, mxcsr);
    }

    public static long toInt64Truncated(int a, MxCsr mxcsr) {
        return toInteger(a, 64, true, mxcsr);
    }

    private static long toInteger(int a, int bits, boolean truncate, MxCsr mxcsr) {
        if (mxcsr.isPlain() && isOrdinary(a)) {
            float x = Float.intBitsToFloat(a);
            float limit = bits == 32 ? TWO_31 : TWO_62;
            if (x < limit && x >= -limit) {
                long value = truncate ? (long) x : (long) Math.rint(x);
                if (value != x) {
                    mxcsr.inexact();
                }
                return value;
            }
        }
        return Scalar.toInteger(a & WORD, bits, truncate, FORMAT, mxcsr);
    }

    public static int fromInt32(int value, MxCsr mxcsr) {
        return fromInt64(value, mxcsr);
    }

    public static int fromInt64(long value, MxCsr mxcsr) {
        if (mxcsr.isPlain() && value < INTEGER_SAFE && value > -INTEGER_SAFE) {
            float converted = value;
            if ((long) converted != value) {
                mxcsr.inexact();
            }
            return Float.floatToRawIntBits(converted);
        }
        return (int) Scalar.fromInteger(value, FORMAT, mxcsr);
    }

    public static long toBinary64(int a, MxCsr mxcsr) {
        if (isOrdinary(a)) {
            return Double.doubleToRawLongBits(Float.intBitsToFloat(a));
        }
        return Scalar.convert(a & WORD, FORMAT, Format.BINARY64, mxcsr);
    }
}
