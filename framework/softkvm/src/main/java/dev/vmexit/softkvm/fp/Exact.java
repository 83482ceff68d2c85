package dev.vmexit.softkvm.fp;

/// The four operations and the square root on finite numbers, exact: what does not fit into 128
/// bits sticks in the lowest. Operands of 64 bits give results that round correctly to any format.
///
/// Operands may be zero (but not a divisor), the result may be one of the operands. With operands
/// wider than 64 bits the results are good to about 2^-126, which is what [Series] lives on.
final class Exact {
    private static final long LEADING = Unpacked.LEADING;

    private Exact() {}

    static void add(Unpacked result, Unpacked a, Unpacked b) {
        if (a.isZero() || b.isZero()) {
            result.set(a.isZero() ? b : a);
            result.denormal = false;
        } else if (Unpacked.compareMagnitude(a, b) < 0) {
            addSmaller(result, b, a);
        } else {
            addSmaller(result, a, b);
        }
    }

    private static void addSmaller(Unpacked result, Unpacked large, Unpacked small) {
        boolean negative = large.negative;
        boolean subtract = negative != small.negative;
        int exponent = large.exponent;
        int shift = exponent - small.exponent;
        long high = small.high;
        long low = small.low;
        if (shift >= 64) {
            boolean lost = low != 0 || shift > 64 && (shift >= 128 || high << 128 - shift != 0);
            low = (shift >= 128 ? 0 : high >>> shift - 64) | (lost ? 1 : 0);
            high = 0;
        } else if (shift > 0) {
            boolean lost = low << 64 - shift != 0;
            low = low >>> shift | high << 64 - shift | (lost ? 1 : 0);
            high >>>= shift;
        }
        if (subtract) {
            long borrow = Long.compareUnsigned(large.low, low) < 0 ? 1 : 0;
            result.setFinite(negative, exponent, large.high - high - borrow, large.low - low);
        } else {
            long sumLow = large.low + low;
            long carry = Long.compareUnsigned(sumLow, low) < 0 ? 1 : 0;
            setSum(result, large, high, sumLow, carry);
        }
    }

    private static void setSum(Unpacked result, Unpacked large, long high, long low, long carry) {
        long sum = large.high + high + carry;
        // The larger one's leading bit is set, so bit 63 of the sum is clear only after a carry.
        boolean overflow = (large.high & high | (large.high | high) & ~sum) < 0;
        if (overflow) {
            low = low >>> 1 | sum << 63 | low & 1;
            sum = sum >>> 1 | LEADING;
        }
        result.setFinite(large.negative, large.exponent + (overflow ? 1 : 0), sum, low);
    }

    static void multiply(Unpacked result, Unpacked a, Unpacked b) {
        boolean negative = a.negative != b.negative;
        if (a.isZero() || b.isZero()) {
            result.setZero(negative);
            return;
        }
        long high = Math.unsignedMultiplyHigh(a.high, b.high);
        long low = a.high * b.high;
        if ((a.low | b.low) != 0) {
            long cross = Math.unsignedMultiplyHigh(a.high, b.low);
            low += cross;
            high += Long.compareUnsigned(low, cross) < 0 ? 1 : 0;
            cross = Math.unsignedMultiplyHigh(a.low, b.high);
            low += cross;
            high += Long.compareUnsigned(low, cross) < 0 ? 1 : 0;
            low |= 1;
        }
        result.setFinite(negative, a.exponent + b.exponent + 1, high, low);
    }

    /// Divides operands of 64 bits: of the quotient there are 65, and the sticky one.
    static void divide(Unpacked result, Unpacked a, Unpacked b) {
        boolean negative = a.negative != b.negative;
        if (a.isZero()) {
            result.setZero(negative);
            return;
        }
        int exponent = a.exponent - b.exponent;
        long divisor = b.high;
        long high = a.high;
        long low = 0;
        if (Long.compareUnsigned(high, divisor) >= 0) {
            low = high << 63;
            high >>>= 1;
        } else {
            exponent--;
        }
        long quotient = divide128By64(high, low, divisor);
        long remainder = low - quotient * divisor;
        // One more bit of the quotient, and whether anything is left after it.
        boolean half = remainder < 0 || Long.compareUnsigned(remainder << 1, divisor) >= 0;
        boolean sticky = remainder != 0 && remainder << 1 != divisor || remainder < 0;
        result.setFinite(negative, exponent, quotient, (half ? LEADING : 0) | (sticky ? 1 : 0));
    }

    /// {@return `high:low` / `divisor`} The divisor's top bit is set and `high` is less than it:
    /// the quotient fits. Two digits of 32 bits, each guessed from the divisor's upper half, which
    /// is too large by two at most.
    ///
    /// @spec https://www-cs-faculty.stanford.edu/~knuth/taocp.html Knuth, The Art of Computer Programming, vol. 2, section 4.3.1, algorithm D
    static long divide128By64(long high, long low, long divisor) {
        long first = digit(high, low >>> 32, divisor);
        long rest = (high << 32 | low >>> 32) - first * divisor;
        long second = digit(rest, low & 0xFFFF_FFFFL, divisor);
        return (first << 32) + second;
    }

    private static long digit(long high, long next, long divisor) {
        long upper = divisor >>> 32;
        long lower = divisor & 0xFFFF_FFFFL;
        long guess = Long.divideUnsigned(high, upper);
        long rest = high - guess * upper;
        while (guess >>> 32 != 0 || Long.compareUnsigned(guess * lower, rest << 32 | next) > 0) {
            guess--;
            rest += upper;
            if (rest >>> 32 != 0) {
                break;
            }
        }
        return guess;
    }

    /// Divides operands of any width, bit by bit, to the full 128.
    static void divideWide(Unpacked result, Unpacked a, Unpacked b) {
        if (a.isZero()) {
            result.setZero(a.negative != b.negative);
            return;
        }
        long restHigh = a.high;
        long restLow = a.low;
        long high = 0;
        long low = 0;
        boolean carry = false;
        for (int bit = 0; bit < 128; bit++) {
            high = high << 1 | low >>> 63;
            low <<= 1;
            if (carry || notLess(restHigh, restLow, b.high, b.low)) {
                long borrow = Long.compareUnsigned(restLow, b.low) < 0 ? 1 : 0;
                restHigh = restHigh - b.high - borrow;
                restLow -= b.low;
                low |= 1;
            }
            carry = restHigh < 0;
            restHigh = restHigh << 1 | restLow >>> 63;
            restLow <<= 1;
        }
        boolean negative = a.negative != b.negative;
        long sticky = carry || (restHigh | restLow) != 0 ? 1 : 0;
        result.setFinite(negative, a.exponent - b.exponent, high, low | sticky);
    }

    private static boolean notLess(long highA, long lowA, long highB, long lowB) {
        int order = Long.compareUnsigned(highA, highB);
        return order > 0 || order == 0 && Long.compareUnsigned(lowA, lowB) >= 0;
    }

    /// The square root of a positive operand of 64 bits.
    static void squareRoot(Unpacked result, Unpacked a) {
        boolean odd = (a.exponent & 1) != 0;
        long high = odd ? a.high : a.high >>> 1;
        long low = odd ? 0 : a.high << 63;
        long root = root(high, low);
        long square = root * root;
        long restHigh = high - Math.unsignedMultiplyHigh(root, root);
        long restLow = low - square;
        restHigh -= Long.compareUnsigned(low, square) < 0 ? 1 : 0;
        // Half a unit more would still not be too much; equality cannot be.
        boolean half = restHigh != 0 || Long.compareUnsigned(restLow, root) > 0;
        boolean sticky = (restHigh | restLow) != 0;
        result.setFinite(false, a.exponent >> 1, root, (half ? LEADING : 0) | (sticky ? 1 : 0));
    }

    /// {@return the integer part of the square root of `high:low`, which is at least 2^126} The
    /// host's square root knows 53 bits of it, one step of Newton's the rest.
    private static long root(long high, long low) {
        double estimate = Math.sqrt(toDouble(high)) * 0x1p32;
        long root = estimate >= 0x1p64 ? -1 : fromDouble(estimate);
        long square = root * root;
        long rest = high - Math.unsignedMultiplyHigh(root, root);
        rest -= Long.compareUnsigned(low, square) < 0 ? 1 : 0;
        double step = (rest * 0x1p64 + toDouble(low - square)) / (2 * toDouble(root));
        long next = root + (long) step;
        // The root's top bit is set; a step up that loses it has gone beyond 2^64.
        root = next < 0 ? next : -1;
        while (tooLarge(root, high, low)) {
            root--;
        }
        while (root != -1 && !tooLarge(root + 1, high, low)) {
            root++;
        }
        return root;
    }

    private static boolean tooLarge(long root, long high, long low) {
        return !notLess(high, low, Math.unsignedMultiplyHigh(root, root), root * root);
    }

    private static double toDouble(long unsigned) {
        return (unsigned >>> 11) * 0x1p11 + (unsigned & 0x7FF);
    }

    private static long fromDouble(double value) {
        return value >= 0x1p63 ? (long) (value - 0x1p63) + LEADING : (long) value;
    }
}
