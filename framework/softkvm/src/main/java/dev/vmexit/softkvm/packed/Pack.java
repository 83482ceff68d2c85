package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// Signed elements made half as wide with saturation, to signed (`ss`) or unsigned (`us`) ones: the
/// lower half of the result is from the first operand, the upper from the second.
///
/// With two arguments it is the MMX form, a [Lane]; with three the SSE form, a [Wide]. PACKUSDW has
/// no MMX form.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PACKSSWB/PACKSSDW, PACKUSDW, PACKUSWB
public final class Pack {
    private Pack() {}

    public static long packsswb(long a, long b) {
        return narrowed(WORDS, a, Byte.MIN_VALUE, Byte.MAX_VALUE)
                | narrowed(WORDS, b, Byte.MIN_VALUE, Byte.MAX_VALUE) << 32;
    }

    public static long packuswb(long a, long b) {
        return narrowed(WORDS, a, 0, 0xFF) | narrowed(WORDS, b, 0, 0xFF) << 32;
    }

    public static long packssdw(long a, long b) {
        return narrowed(DWORDS, a, Short.MIN_VALUE, Short.MAX_VALUE)
                | narrowed(DWORDS, b, Short.MIN_VALUE, Short.MAX_VALUE) << 32;
    }

    public static void packsswb(long[] d, long bLo, long bHi) {
        d[0] = packsswb(d[0], d[1]);
        d[1] = packsswb(bLo, bHi);
    }

    public static void packuswb(long[] d, long bLo, long bHi) {
        d[0] = packuswb(d[0], d[1]);
        d[1] = packuswb(bLo, bHi);
    }

    public static void packssdw(long[] d, long bLo, long bHi) {
        d[0] = packssdw(d[0], d[1]);
        d[1] = packssdw(bLo, bHi);
    }

    public static void packusdw(long[] d, long bLo, long bHi) {
        d[0] = narrowed(DWORDS, d[0], 0, 0xFFFF) | narrowed(DWORDS, d[1], 0, 0xFFFF) << 32;
        d[1] = narrowed(DWORDS, bLo, 0, 0xFFFF) | narrowed(DWORDS, bHi, 0, 0xFFFF) << 32;
    }

    /// {@return the elements of `x`, clamped, in the low 32 bits}
    private static long narrowed(Elements of, long x, int least, int greatest) {
        int bits = of.bits() / 2;
        long result = 0;
        for (int i = 0; i < of.count(); i++) {
            long value = Math.clamp(of.signed(x, i), least, greatest);
            result |= (value & (1L << bits) - 1) << i * bits;
        }
        return result;
    }
}
