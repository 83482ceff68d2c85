package dev.vmexit.softkvm.fp;

/// Loads and stores: from and to integers, the narrower formats and packed decimals, and the
/// constants.
///
/// `false` means: an unmasked exception, nothing is loaded or stored. What goes to memory is left
/// in [X87Status#stored].
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, sections 8.3.1, "Data Transfer Instructions", and 8.3.2, "Load Constant Instructions"
public final class X87Conversion {
    /// What the constant instructions load, in the order of their opcodes `D9 E8` … `D9 EE`.
    public enum Constant {
        FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ
    }

    private static final int BCD_SIGN = 0x8000;
    private static final int BCD_INDEFINITE_HIGH = 0xFFFF;
    private static final long BCD_INDEFINITE_LOW = 0xC000_0000_0000_0000L;
    private static final long BCD_LIMIT = 1_000_000_000_000_000_000L;
    private static final long TEN_16 = 10_000_000_000_000_000L;

    private X87Conversion() {}

    public static boolean fromBinary32(Float80 result, int bits, X87Status x87) {
        return load(result, bits & 0xFFFF_FFFFL, Format.BINARY32, x87);
    }

    public static boolean fromBinary64(Float80 result, long bits, X87Status x87) {
        return load(result, bits, Format.BINARY64, x87);
    }

    private static boolean load(Float80 result, long bits, Format format, X87Status x87) {
        Workspace w = x87.begin();
        format.unpack(bits, w.a);
        if (!w.settleNanOfOne()) {
            // A load goes ahead even if the denormal is an unmasked exception.
            x87.raise(w.a.denormal ? Flags.DE : 0);
            w.result.set(w.a);
        }
        return x87.deliver(result, Format.EXTENDED);
    }

    /// Loads an integer of any width, which is always exact.
    public static void fromInteger(Float80 result, long value, X87Status x87) {
        Workspace w = x87.begin();
        result.pack(w.result.setInteger(value));
    }

    public static boolean toBinary32(Float80 a, X87Status x87) {
        return store(a, Format.BINARY32, x87);
    }

    public static boolean toBinary64(Float80 a, X87Status x87) {
        return store(a, Format.BINARY64, x87);
    }

    private static boolean store(Float80 a, Format format, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        if (!w.settleNanOfOne()) {
            w.result.set(w.a);
        }
        return x87.store(format);
    }

    /// `FIST`, and `FISTTP` if `truncate`.
    ///
    /// @param bits 16, 32 or 64
    public static boolean toInteger(Float80 a, int bits, boolean truncate, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        int rounding = integer(w.a, truncate ? Rounding.ZERO : w.roundingMode);
        long value = w.a.negative ? -w.a.high : w.a.high;
        boolean fits = value == 0 || value >> bits - 1 == (w.a.negative ? -1 : 0);
        if ((rounding & Flags.IE) != 0 || !fits) {
            x87.stored = -1L << bits - 1;
            return x87.raise(Flags.IE);
        }
        x87.raise(rounding);
        x87.stored = value;
        return true;
    }

    /// Makes `high` the magnitude of the integer.
    ///
    /// @return `PE` and `ROUNDED_UP`, or `IE` if it is 2^64 or more, or no number
    private static int integer(Unpacked value, int mode) {
        if (value.isZero()) {
            return 0;
        }
        if (!value.isFinite() || value.exponent > 63) {
            return Flags.IE;
        }
        return Rounding.toInteger(value, mode);
    }

    /// `FBLD`: 18 decimal digits.
    ///
    /// @param low  the lower 16 digits
    /// @param high the sign in bit 15 and two digits
    public static void fromBcd(Float80 result, long low, int high, X87Status x87) {
        Workspace w = x87.begin();
        long value = 0;
        for (int shift = 4; shift >= 0; shift -= 4) {
            value = value * 10 + (high >>> shift & 0xF);
        }
        for (int shift = 60; shift >= 0; shift -= 4) {
            value = value * 10 + (low >>> shift & 0xF);
        }
        w.result.setInteger(value);
        w.result.negative = (high & BCD_SIGN) != 0;
        result.pack(w.result);
    }

    /// `FBSTP`.
    ///
    /// @param result becomes the ten bytes: `significand` the lower 16 digits, `signExponent` the
    ///               sign in bit 15 and two digits
    public static boolean toBcd(Float80 result, Float80 a, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        int rounding = integer(w.a, w.roundingMode);
        boolean fits = Long.compareUnsigned(w.a.high, BCD_LIMIT) < 0;
        if ((rounding & Flags.IE) != 0 || !fits) {
            if (!x87.raise(Flags.IE)) {
                return false;
            }
            result.set(BCD_INDEFINITE_HIGH, BCD_INDEFINITE_LOW);
            return true;
        }
        x87.raise(rounding);
        int sign = w.a.negative ? BCD_SIGN : 0;
        result.set(sign | (int) digits(w.a.high / TEN_16), digits(w.a.high % TEN_16));
        return true;
    }

    private static long digits(long number) {
        long digits = 0;
        for (int shift = 0; number != 0; shift += 4) {
            digits |= number % 10 << shift;
            number /= 10;
        }
        return digits;
    }

    /// Loads a constant, which the FPU knows more exactly than a register holds: it is rounded by
    /// the rounding mode, and that is no exception.
    public static void constant(Float80 result, Constant constant, X87Status x87) {
        Workspace w = x87.begin();
        switch (constant) {
            case FLD1 -> w.result.setInteger(1);
            case FLDL2T -> w.result.set(Series.LOG2_10);
            case FLDL2E -> w.result.set(Series.LOG2_E);
            case FLDPI -> w.result.set(Series.PI);
            case FLDLG2 -> w.result.set(Series.LOG10_2);
            case FLDLN2 -> w.result.set(Series.LN_2);
            case FLDZ -> w.result.setZero(false);
        }
        if (w.result.isFinite()) {
            Rounding.roundAt(w.result, 64, w.roundingMode);
        }
        result.pack(w.result);
    }
}
