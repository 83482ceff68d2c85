package dev.vmexit.softkvm.packed;

/// The operations on bits, where elements do not matter. The [Lane]s also serve ANDPS, ANDPD and
/// their like.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PAND, PANDN, POR, PTEST, PXOR
public final class Logic {
    private Logic() {}

    public static long pand(long a, long b) {
        return a & b;
    }

    /// It is `a`, the destination, that is inverted.
    public static long pandn(long a, long b) {
        return ~a & b;
    }

    public static long por(long a, long b) {
        return a | b;
    }

    public static long pxor(long a, long b) {
        return a ^ b;
    }

    /// {@return [Flags#ZF] if `a` and `b` share no bit, [Flags#CF] if `a` covers `b`} The other
    /// flags become 0.
    ///
    /// @param a lo and hi of the first operand, which stay as they are
    public static int ptest(long[] a, long bLo, long bHi) {
        boolean disjoint = (a[0] & bLo | a[1] & bHi) == 0;
        boolean covered = (~a[0] & bLo | ~a[1] & bHi) == 0;
        return (disjoint ? Flags.ZF : 0) | (covered ? Flags.CF : 0);
    }
}
