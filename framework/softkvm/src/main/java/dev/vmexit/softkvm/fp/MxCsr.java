package dev.vmexit.softkvm.fp;

/// The register that steers SSE arithmetic and collects its exceptions.
///
/// ```text
///  15  14 13  12          7   6   5           0
/// +---+------+-------------+-----+-------------+
/// |FTZ|  RC  | PM .. DM IM | DAZ | PE .. DE IE |
/// +---+------+-------------+-----+-------------+
/// ```
/// One vCPU's, used by its thread alone.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, section 10.2.3, "MXCSR Control and Status Register"
public final class MxCsr {
    public static final int IE = Flags.IE;
    public static final int DE = Flags.DE;
    public static final int ZE = Flags.ZE;
    public static final int OE = Flags.OE;
    public static final int UE = Flags.UE;
    public static final int PE = Flags.PE;
    public static final int DAZ = 1 << 6;
    public static final int MASKS = Flags.ALL << 7;
    public static final int RC = 3 << 13;
    public static final int FTZ = 1 << 15;
    /// What a reset leaves: round to nearest, everything masked, no flag.
    public static final int RESET = MASKS;
    /// The bits that exist; `LDMXCSR` of any other is `#GP`.
    public static final int WRITABLE = 0xFFFF;

    /// The register. Whoever writes it keeps to [#WRITABLE].
    public int value = RESET;

    private static final int BEFORE_COMPUTATION = IE | DE | ZE;

    private boolean packed;
    private int collected;

    final Workspace workspace = new Workspace(false);

    /// {@return 0 to nearest, 1 down, 2 up, 3 toward zero}
    public int roundingMode() {
        return value >>> 13 & 3;
    }

    /// {@return the exceptions that are masked, in the places of the flags}
    public int masks() {
        return value >>> 7 & Flags.ALL;
    }

    /// Records exceptions, of an operation that this package does not know as well.
    ///
    /// @param flags any of `IE` … `PE`
    /// @throws FloatingPointFault if one of them is not masked
    public void raise(int flags) {
        if (packed) {
            collected |= flags;
            return;
        }
        value |= flags;
        if ((flags & ~masks()) != 0) {
            throw FloatingPointFault.INSTANCE;
        }
    }

    /// Starts an instruction of several elements: until [#endPacked] exceptions are collected and
    /// nothing is thrown, for the CPU computes them all before it reports.
    public void beginPacked() {
        packed = true;
        collected = 0;
    }

    /// Records what the elements have met together. The results are void if this throws.
    ///
    /// @throws FloatingPointFault if one of the exceptions is not masked
    public void endPacked() {
        packed = false;
        boolean stopped = (collected & BEFORE_COMPUTATION & ~masks()) != 0;
        raise(stopped ? collected & BEFORE_COMPUTATION : collected);
    }

    /// {@return whether rounding is what the host does too, and no exception can be unmasked}
    boolean isPlain() {
        return (value & ~Flags.ALL) == RESET;
    }

    /// Records an inexact result of a plain operation.
    void inexact() {
        value |= PE;
    }

    boolean isInexact() {
        return (value & PE) != 0;
    }
}
