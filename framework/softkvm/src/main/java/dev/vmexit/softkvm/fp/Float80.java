package dev.vmexit.softkvm.fp;

/// The content of an x87 register: the double extended-precision format, in two words.
///
/// ```text
///  79  78        64  63  62              0
/// +---+------------+---+------------------+
/// | S |  exponent  | J |     fraction     |     J: the integer bit, explicit
/// +---+------------+---+------------------+
///    signExponent          significand
/// ```
/// A mutable holder, so that arithmetic on a register file need not allocate. Any content is
/// allowed; the `X87…` classes sort out what is a number.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, sections 4.2.2, "Floating-Point Data Types", and 8.2.2, "Unsupported Double Extended-Precision Floating-Point Encodings and Pseudo-Denormals"
public final class Float80 {
    static final int SIGN = 1 << 15;
    static final int EXPONENT = 0x7FFF;
    private static final int BIAS = 16383;

    /// Sign and biased exponent, 16 bits.
    public int signExponent;
    /// The significand with its integer bit.
    public long significand;

    public Float80() {}

    public Float80(int signExponent, long significand) {
        set(signExponent, significand);
    }

    public void set(int signExponent, long significand) {
        this.signExponent = signExponent;
        this.significand = significand;
    }

    public void set(Float80 other) {
        set(other.signExponent, other.significand);
    }

    /// Becomes the quiet NaN that the FPU answers an invalid operation with.
    public void setIndefinite() {
        set(SIGN | EXPONENT, Unpacked.LEADING | Unpacked.QUIET);
    }

    /// `FABS`. Like `FCHS` it touches the sign and nothing else, whatever is in there.
    public void abs() {
        signExponent &= ~SIGN;
    }

    /// `FCHS`.
    public void changeSign() {
        signExponent ^= SIGN;
    }

    public boolean isNegative() {
        return (signExponent & SIGN) != 0;
    }

    void unpack(Unpacked to) {
        boolean negative = isNegative();
        int field = signExponent & EXPONENT;
        if (field == 0) {
            to.setFinite(negative, 1 - BIAS, significand, 0);
            to.denormal = significand != 0;
        } else if (significand >= 0) {
            to.setUnsupported();
        } else if (field == EXPONENT) {
            if (significand == Unpacked.LEADING) {
                to.setInfinite(negative);
            } else {
                to.setNan(negative, significand);
            }
        } else {
            to.setFinite(negative, field - BIAS, significand, 0);
        }
    }

    /// Takes over a result that [Rounding] has fitted.
    void pack(Unpacked from) {
        int field = switch (from.kind) {
            case ZERO -> 0;
            case FINITE -> from.high < 0 ? from.exponent + BIAS : 0;
            case INFINITE, NAN, UNSUPPORTED -> EXPONENT;
        };
        set((from.negative ? SIGN : 0) | field, from.high);
    }

    @Override
    public String toString() {
        return String.format("%04x:%016x", signExponent, significand);
    }
}
