package dev.vmexit.softkvm.fp;

/// A binary floating-point format: how many bits a significand has and which exponents there are.
///
/// | format | significand | exponents | memory |
/// |---|---|---|---|
/// | `BINARY32` | 24 | -126 … 127 | 1 sign, 8 exponent, 23 fraction |
/// | `BINARY64` | 53 | -1022 … 1023 | 1 sign, 11 exponent, 52 fraction |
/// | `EXTENDED` | 64 | -16382 … 16383 | see [Float80] |
///
/// The x87's precision control shortens the significand of a register but not its exponent, which
/// gives the last two.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, section 4.2.2, "Floating-Point Data Types"
enum Format {
    BINARY32(24, 8),
    BINARY64(53, 11),
    EXTENDED(64, 15),
    EXTENDED_AS_53(53, 15),
    EXTENDED_AS_24(24, 15);

    final int precision;
    final int minExponent;
    final int maxExponent;
    private final int fractionBits;
    private final int exponentMask;
    private final int signBit;

    Format(int precision, int exponentBits) {
        this.precision = precision;
        this.maxExponent = (1 << exponentBits - 1) - 1;
        this.minExponent = 1 - maxExponent;
        this.fractionBits = precision - 1;
        this.exponentMask = (1 << exponentBits) - 1;
        this.signBit = fractionBits + exponentBits;
    }

    /// Takes apart a `BINARY32` (in the lower half) or a `BINARY64`.
    void unpack(long bits, Unpacked to) {
        boolean negative = (bits >>> signBit & 1) != 0;
        int field = (int) (bits >>> fractionBits) & exponentMask;
        long fraction = bits << 64 - fractionBits >>> 1;
        if (field == exponentMask) {
            if (fraction == 0) {
                to.setInfinite(negative);
            } else {
                to.setNan(negative, fraction);
            }
        } else if (field != 0) {
            to.setFinite(negative, field - maxExponent, Unpacked.LEADING | fraction, 0);
        } else {
            to.setFinite(negative, minExponent, fraction, 0);
            to.denormal = fraction != 0;
        }
    }

    /// {@return the bits of a result that [Rounding] has fitted into this format} A NaN's payload
    /// loses its lower end if there is no room for it.
    long pack(Unpacked from) {
        long sign = from.negative ? 1L << signBit : 0;
        long fraction = (from.high & ~Unpacked.LEADING) >>> 63 - fractionBits;
        long field = switch (from.kind) {
            case ZERO -> 0;
            case FINITE -> from.high < 0 ? from.exponent + maxExponent : 0;
            case INFINITE, NAN, UNSUPPORTED -> exponentMask;
        };
        return sign | field << fractionBits | fraction;
    }
}
