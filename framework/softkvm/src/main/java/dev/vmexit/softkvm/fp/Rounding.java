package dev.vmexit.softkvm.fp;

/// Fits an exact result into a format, by one of the four rounding modes.
///
/// x86 calls a result tiny if it is below the normal numbers *after* it has been rounded as though
/// exponents had no end.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, sections 4.8.4, "Rounding", and 4.9.1.5, "Numeric Underflow Exception (#U)"
final class Rounding {
    static final int NEAREST = 0;
    static final int DOWN = 1;
    static final int UP = 2;
    static final int ZERO = 3;

    private Rounding() {}

    /// Rounds a `FINITE` value in place. Where a masked exception has a response (a denormal, an
    /// infinity, the largest number), the value becomes that; with the exception unmasked it stays
    /// the rounded number, its exponent out of range.
    ///
    /// @param masks the exceptions that are masked, as [Flags]
    /// @return `OE`, `UE`, `PE`, `ROUNDED_UP`, `TINY`
    static int round(Unpacked value, Format format, int mode, int masks) {
        if (value.exponent < format.minExponent) {
            return roundTiny(value, format, mode, masks);
        }
        int flags = roundAt(value, format.precision, mode);
        if (value.exponent > format.maxExponent) {
            flags |= Flags.OE;
            if ((masks & Flags.OE) != 0) {
                flags = overflow(value, format, mode);
            }
        }
        return flags;
    }

    private static int roundTiny(Unpacked value, Format format, int mode, int masks) {
        long high = value.high;
        long low = value.low;
        int exponent = value.exponent;
        int flags = roundAt(value, format.precision, mode);
        boolean tiny = value.exponent < format.minExponent;
        if (tiny && (masks & Flags.UE) == 0) {
            return flags | Flags.UE | Flags.TINY;
        }
        value.high = high;
        value.low = low;
        value.shiftRightSticky(format.minExponent - exponent);
        value.exponent = format.minExponent;
        flags = roundAt(value, format.precision, mode);
        if (value.high == 0) {
            value.setZero(value.negative);
        }
        if (tiny) {
            flags |= Flags.TINY | ((flags & Flags.PE) != 0 ? Flags.UE : 0);
        }
        return flags;
    }

    private static int overflow(Unpacked value, Format format, int mode) {
        boolean away = mode == NEAREST || mode == (value.negative ? DOWN : UP);
        if (away) {
            value.setInfinite(value.negative);
            return Flags.OE | Flags.PE | Flags.ROUNDED_UP;
        }
        value.exponent = format.maxExponent;
        value.high = -1L << 64 - format.precision;
        return Flags.OE | Flags.PE;
    }

    /// Keeps the upper `precision` bits of the significand, normalized or not.
    ///
    /// @return `PE` and `ROUNDED_UP`
    static int roundAt(Unpacked value, int precision, int mode) {
        long unit = 1L << 64 - precision;
        // What goes, moved up: its top bit is the half, everything below the half sticks together.
        long gone = value.low;
        if (precision < 64) {
            gone = value.high << precision | (value.low != 0 ? 1 : 0);
        }
        value.low = 0;
        if (gone == 0) {
            return 0;
        }
        value.high &= -unit;
        boolean odd = (value.high & unit) != 0;
        boolean up = switch (mode) {
            case NEAREST -> gone < 0 && (gone != Long.MIN_VALUE || odd);
            case DOWN -> value.negative;
            case UP -> !value.negative;
            default -> false;
        };
        if (!up) {
            return Flags.PE;
        }
        value.high += unit;
        if (value.high == 0) {
            value.high = Unpacked.LEADING;
            value.exponent++;
        }
        return Flags.PE | Flags.ROUNDED_UP;
    }

    /// Rounds a `FINITE` value below 2^63 to an integer that is then `high` itself (and may be 0):
    /// not normalized. A larger one is an integer already and is left alone.
    ///
    /// @return `PE` and `ROUNDED_UP`
    static int toInteger(Unpacked value, int mode) {
        if (value.exponent >= 63) {
            return 0;
        }
        value.shiftRightSticky(63 - value.exponent);
        value.exponent = 63;
        return roundAt(value, 64, mode);
    }

    /// Rounds a `FINITE` value to an integral one, normalized; a zero keeps the sign.
    ///
    /// @return `PE` and `ROUNDED_UP`
    static int toIntegral(Unpacked value, int mode) {
        int flags = toInteger(value, mode);
        value.setFinite(value.negative, value.exponent, value.high, 0);
        return flags;
    }
}
