package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.QWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// Shifts of elements by one count for all, as [Lane]s, and shifts of a whole XMM register by
/// bytes.
///
/// The count is the immediate, or the low 64 bits of the source, unsigned. One that is larger than
/// the element shifts everything out: what is left is zero, or the sign for an arithmetic shift.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PSLLW, PSRLW, PSRAW, their wider forms, PSLLDQ, PSRLDQ
public final class Shift {
    private Shift() {}

    public static long psllw(long a, long count) {
        return left(WORDS, a, count);
    }

    public static long pslld(long a, long count) {
        return left(DWORDS, a, count);
    }

    public static long psllq(long a, long count) {
        return left(QWORDS, a, count);
    }

    public static long psrlw(long a, long count) {
        return right(WORDS, a, count);
    }

    public static long psrld(long a, long count) {
        return right(DWORDS, a, count);
    }

    public static long psrlq(long a, long count) {
        return right(QWORDS, a, count);
    }

    public static long psraw(long a, long count) {
        return arithmeticRight(WORDS, a, count);
    }

    public static long psrad(long a, long count) {
        return arithmeticRight(DWORDS, a, count);
    }

    /// @param d lo and hi; replaced by the result
    /// @param bytes 0 to 255; 16 and more leave nothing
    public static void pslldq(long[] d, int bytes) {
        int bits = 8 * (bytes & 7);
        long lo = d[0];
        d[0] = bytes < 8 ? lo << bits : 0;
        d[1] = switch (bytes / 8) {
            case 0 -> d[1] << bits | lo >>> 1 >>> 63 - bits;
            case 1 -> lo << bits;
            default -> 0;
        };
    }

    /// @param d lo and hi; replaced by the result
    /// @param bytes 0 to 255; 16 and more leave nothing
    public static void psrldq(long[] d, int bytes) {
        int bits = 8 * (bytes & 7);
        long hi = d[1];
        d[0] = switch (bytes / 8) {
            case 0 -> funnel(d[0], hi, bits);
            case 1 -> hi >>> bits;
            default -> 0;
        };
        d[1] = bytes < 8 ? hi >>> bits : 0;
    }

    /// {@return the low 64 bits of `hi:lo` shifted right by 0 to 63 bits}
    static long funnel(long lo, long hi, int bits) {
        // In two steps, because a shift by 64 would be a shift by 0.
        return lo >>> bits | hi << 1 << 63 - bits;
    }

    private static long left(Elements of, long a, long count) {
        if (Long.compareUnsigned(count, of.bits()) >= 0) {
            return 0;
        }
        return a << count & of.every(-1L << count);
    }

    private static long right(Elements of, long a, long count) {
        if (Long.compareUnsigned(count, of.bits()) >= 0) {
            return 0;
        }
        return a >>> count & of.every(kept(of, count));
    }

    private static long arithmeticRight(Elements of, long a, long count) {
        if (Long.compareUnsigned(count, of.bits()) >= 0) {
            return of.mask(a);
        }
        long vacated = ~of.every(kept(of, count));
        return a >>> count & ~vacated | of.mask(a) & vacated;
    }

    /// {@return the bits of one element that a right shift fills from within it}
    private static long kept(Elements of, long count) {
        return -1L >>> Long.SIZE - of.bits() >>> count;
    }
}
