package dev.vmexit.softkvm.fp;

/// The exception flags, which MXCSR and the x87 status word keep in the same bits, and two remarks
/// that [Rounding] makes besides.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, section 4.9, "Overview of Floating-Point Exceptions"
final class Flags {
    static final int IE = 1 << 0;
    static final int DE = 1 << 1;
    static final int ZE = 1 << 2;
    static final int OE = 1 << 3;
    static final int UE = 1 << 4;
    static final int PE = 1 << 5;
    static final int ALL = 0x3F;

    /// The magnitude was rounded up: the place of C1 in the x87 status word.
    static final int ROUNDED_UP = 1 << 9;
    /// The result was too small for a normal number, be it exact or not.
    static final int TINY = 1 << 16;

    private Flags() {}
}
