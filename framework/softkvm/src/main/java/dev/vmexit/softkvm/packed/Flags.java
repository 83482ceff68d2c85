package dev.vmexit.softkvm.packed;

/// The bits of EFLAGS that a packed instruction can set. Such an instruction sets some of these
/// and clears the rest of the six.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, section 3.4.3.1 "Status Flags"
public final class Flags {
    public static final int CF = 1 << 0;
    public static final int PF = 1 << 2;
    public static final int AF = 1 << 4;
    public static final int ZF = 1 << 6;
    public static final int SF = 1 << 7;
    public static final int OF = 1 << 11;

    private Flags() {}
}
