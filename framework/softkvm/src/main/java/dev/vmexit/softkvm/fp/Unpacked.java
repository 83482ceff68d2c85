package dev.vmexit.softkvm.fp;

/// A number taken apart: what all formats have in common while the machine computes.
///
/// ```text
///   value = ± high:low × 2^(exponent - 127)       high:low is one 128-bit integer, and its
///   bit 127 (the sign bit of `high`) is set:       1.fff… × 2^exponent
/// ```
/// An operand needs `high` only. A result keeps in `low` what rounding must know; the lowest bit
/// also stands for "and something below" (sticky). A NaN carries its payload in `high`, left
/// aligned, with [#QUIET] as it was. One thread uses it; it belongs to a [Workspace].
final class Unpacked {
    /// What sort of value it is. `UNSUPPORTED` are the x87 encodings that the 80387 gave up.
    enum Kind {
        ZERO, FINITE, INFINITE, NAN, UNSUPPORTED
    }

    static final long LEADING = 1L << 63;
    static final long QUIET = 1L << 62;

    Kind kind = Kind.ZERO;
    boolean negative;
    /// The encoding was a denormal one: DE may have to be reported.
    boolean denormal;
    int exponent;
    long high;
    long low;

    Unpacked set(Unpacked other) {
        kind = other.kind;
        negative = other.negative;
        denormal = other.denormal;
        exponent = other.exponent;
        high = other.high;
        low = other.low;
        return this;
    }

    Unpacked setZero(boolean negative) {
        return setKind(Kind.ZERO, negative, 0);
    }

    Unpacked setInfinite(boolean negative) {
        return setKind(Kind.INFINITE, negative, LEADING);
    }

    /// Becomes the "real indefinite": the quiet NaN that stands for an invalid result.
    Unpacked setIndefinite() {
        return setKind(Kind.NAN, true, LEADING | QUIET);
    }

    Unpacked setNan(boolean negative, long payload) {
        return setKind(Kind.NAN, negative, payload | LEADING);
    }

    Unpacked setUnsupported() {
        return setKind(Kind.UNSUPPORTED, false, 0);
    }

    private Unpacked setKind(Kind kind, boolean negative, long high) {
        this.kind = kind;
        this.negative = negative;
        this.denormal = false;
        this.exponent = 0;
        this.high = high;
        this.low = 0;
        return this;
    }

    /// Becomes ± `high:low` × 2^(`exponent` - 127), normalized; zero stays a zero with that sign.
    Unpacked setFinite(boolean negative, int exponent, long high, long low) {
        this.kind = Kind.FINITE;
        this.negative = negative;
        this.denormal = false;
        this.exponent = exponent;
        this.high = high;
        this.low = low;
        if (high >= 0) {
            normalize();
        }
        return this;
    }

    Unpacked setInteger(long value) {
        return setFinite(value < 0, 63, Math.abs(value), 0);
    }

    private void normalize() {
        if (high == 0) {
            if (low == 0) {
                setZero(negative);
                return;
            }
            high = low;
            low = 0;
            exponent -= 64;
        }
        int shift = Long.numberOfLeadingZeros(high);
        if (shift != 0) {
            high = high << shift | low >>> 64 - shift;
            low <<= shift;
            exponent -= shift;
        }
    }

    /// Moves the significand right without touching the exponent; lost bits stick in the lowest.
    void shiftRightSticky(int count) {
        if (count >= 128) {
            low = (high | low) != 0 ? 1 : 0;
            high = 0;
        } else if (count >= 64) {
            boolean lost = low != 0 || count > 64 && high << 128 - count != 0;
            low = high >>> count - 64 | (lost ? 1 : 0);
            high = 0;
        } else if (count > 0) {
            boolean lost = low << 64 - count != 0;
            low = low >>> count | high << 64 - count | (lost ? 1 : 0);
            high >>>= count;
        }
    }

    boolean isZero() {
        return kind == Kind.ZERO;
    }

    boolean isFinite() {
        return kind == Kind.FINITE;
    }

    boolean isInfinite() {
        return kind == Kind.INFINITE;
    }

    boolean isNan() {
        return kind == Kind.NAN;
    }

    /// {@return whether it is no number: a NaN or an unsupported encoding}
    boolean isNoNumber() {
        return kind == Kind.NAN || kind == Kind.UNSUPPORTED;
    }

    /// {@return whether its mere use is invalid: a signaling NaN or an unsupported encoding}
    boolean isSignaling() {
        return kind == Kind.UNSUPPORTED || kind == Kind.NAN && (high & QUIET) == 0;
    }

    /// {@return how two numbers compare, without their signs: negative, zero or positive}
    static int compareMagnitude(Unpacked a, Unpacked b) {
        if (a.kind != b.kind) {
            return a.kind.compareTo(b.kind);
        }
        if (!a.isFinite()) {
            return 0;
        }
        if (a.exponent != b.exponent) {
            return Integer.compare(a.exponent, b.exponent);
        }
        int order = Long.compareUnsigned(a.high, b.high);
        return order != 0 ? order : Long.compareUnsigned(a.low, b.low);
    }

    /// {@return -1, 0 or 1 as `a` is less than, equal to or greater than `b`; both are numbers}
    static int compare(Unpacked a, Unpacked b) {
        if (a.isZero() && b.isZero()) {
            return 0;
        }
        if (a.negative != b.negative) {
            return a.negative ? -1 : 1;
        }
        int order = Integer.signum(compareMagnitude(a, b));
        return a.negative ? -order : order;
    }
}
