package dev.vmexit.softkvm.fp;

/// The two registers that steer x87 arithmetic and collect what happens: the control word and the
/// status word.
///
/// ```text
///  control  15   12  11 10   9 8   7 6   5 4 3 2 1 0
///               X     RC     PC     -    PM ... DM IM
///  status   15  14  13 11  10  9  8   7   6  5 4 3 2 1 0
///            B  C3   TOP   C2 C1 C0  ES  SF PE ... DE IE
/// ```
/// Nothing is thrown for an unmasked exception: `ES` and `B` are set, and the next waiting
/// instruction is where the CPU raises `#MF`. TOP and SF are the caller's. One vCPU's, used by its
/// thread alone.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, sections 8.1.3, "x87 FPU Status Register", and 8.1.5, "x87 FPU Control Word"
public final class X87Status {
    public static final int IE = Flags.IE;
    public static final int DE = Flags.DE;
    public static final int ZE = Flags.ZE;
    public static final int OE = Flags.OE;
    public static final int UE = Flags.UE;
    public static final int PE = Flags.PE;
    public static final int SF = 1 << 6;
    public static final int ES = 1 << 7;
    public static final int C0 = 1 << 8;
    public static final int C1 = Flags.ROUNDED_UP;
    public static final int C2 = 1 << 10;
    public static final int TOP = 7 << 11;
    public static final int C3 = 1 << 14;
    public static final int B = 1 << 15;
    /// What `FNINIT` leaves: all masked, 64 bits, to nearest.
    public static final int INITIAL_CONTROL = 0x37F;

    /// What rounding may report. `TINY` is no bit of the register.
    private static final int REPORTED = Flags.ALL | C1;

    /// By how much an exponent is brought back: 3 × 2^13.
    private static final int WRAP = 24576;

    public int control = INITIAL_CONTROL;
    public int status;
    /// The result of an operation that does not leave a [Float80]: an integer, sign-extended, or
    /// the bits of a narrower format.
    public long stored;

    final Workspace workspace = new Workspace(true);
    final Series series = new Series();

    /// {@return 0 to nearest, 1 down, 2 up, 3 toward zero}
    public int roundingMode() {
        return control >>> 10 & 3;
    }

    /// {@return the exceptions that are masked, in the places of the flags}
    public int masks() {
        return control & Flags.ALL;
    }

    /// {@return what precision control makes of a register} The value 1 is reserved.
    Format format() {
        return switch (control >>> 8 & 3) {
            case 0 -> Format.EXTENDED_AS_24;
            case 2 -> Format.EXTENDED_AS_53;
            default -> Format.EXTENDED;
        };
    }

    /// Records exceptions, a stack fault of the caller's included.
    ///
    /// @param flags any of `IE` … `PE`, `SF`, `C1`
    /// @return whether all of them are masked, that is, whether the masked response is to be given
    public boolean raise(int flags) {
        status |= flags;
        boolean masked = (flags & Flags.ALL & ~control) == 0;
        if (!masked) {
            status |= ES | B;
        }
        return masked;
    }

    /// Recomputes `ES` and `B` after the control word has been loaded.
    public void updateSummary() {
        boolean pending = (status & Flags.ALL & ~control) != 0;
        status = status & ~(ES | B) | (pending ? ES | B : 0);
    }

    public boolean isSet(int bits) {
        return (status & bits) != 0;
    }

    void setConditions(int mask, int bits) {
        status = status & ~mask | bits;
    }

    /// Starts an operation: its rounding mode, no flag yet, C1 clear.
    Workspace begin() {
        Workspace w = workspace;
        w.flags = 0;
        w.roundingMode = roundingMode();
        status &= ~C1;
        return w;
    }

    /// Ends an operation whose result goes to a register.
    ///
    /// @return whether there is a result: not if IE, DE or ZE is unmasked
    boolean deliver(Float80 to, Format format) {
        Workspace w = workspace;
        if (!raise(w.flags)) {
            return false;
        }
        if (w.result.isFinite()) {
            int flags = Rounding.round(w.result, format, w.roundingMode, masks());
            raise(flags & REPORTED);
            wrapExponent(w.result, flags);
        }
        to.pack(w.result);
        return true;
    }

    /// With overflow or underflow unmasked a register gets the number with its exponent brought
    /// back into range, for the handler to see. After `FSCALE` that may not suffice.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM vol. 1, sections 8.5.4, "Numeric Overflow Exception (#O)", and 8.5.5, "Numeric Underflow Exception (#U)"
    private void wrapExponent(Unpacked result, int flags) {
        int unmasked = flags & ~control;
        if ((unmasked & OE) != 0) {
            result.exponent -= WRAP;
            if (result.exponent > Format.EXTENDED.maxExponent) {
                raise(PE | C1);
                result.setInfinite(result.negative);
            }
        } else if ((unmasked & UE) != 0) {
            result.exponent += WRAP;
            if (result.exponent < Format.EXTENDED.minExponent) {
                raise(PE);
                setConditions(C1, 0);
                result.setZero(result.negative);
            }
        }
    }

    /// Ends an operation whose result goes to memory, in a narrower format.
    ///
    /// @return whether anything is stored: not if IE, OE or UE is unmasked
    boolean store(Format format) {
        Workspace w = workspace;
        if (!raise(w.flags)) {
            return false;
        }
        if (w.result.isFinite()) {
            int flags = Rounding.round(w.result, format, w.roundingMode, masks());
            int unmasked = flags & (OE | UE) & ~control;
            if (unmasked != 0) {
                return raise(unmasked);
            }
            raise(flags & REPORTED);
        }
        stored = format.pack(w.result);
        return true;
    }
}
