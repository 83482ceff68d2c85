package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// Arithmetic between the elements of one operand: neighbours added or subtracted, sums of absolute
/// differences, the least word of eight.
/// ```
/// phaddw, MMX form    | b3 + b2 | b1 + b0 | a3 + a2 | a1 + a0 |
/// ```
/// With two arguments it is the MMX form, a [Lane]; with three the SSE form, a [Wide].
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": MPSADBW, PHADDW/PHADDD, PHADDSW, PHMINPOSUW, PHSUBW/PHSUBD, PHSUBSW, PSADBW
public final class Horizontal {
    private static final long EVEN_WORDS = 0x0000_FFFF_0000_FFFFL;
    private static final long LOW_DWORD = 0x0000_0000_FFFF_FFFFL;

    private Horizontal() {}

    public static long phaddw(long a, long b) {
        return AddSubtract.paddw(evenWords(a, b), oddWords(a, b));
    }

    public static long phaddsw(long a, long b) {
        return AddSubtract.paddsw(evenWords(a, b), oddWords(a, b));
    }

    public static long phaddd(long a, long b) {
        return AddSubtract.paddd(Interleave.punpckldq(a, b), Interleave.punpckhdq(a, b));
    }

    public static long phsubw(long a, long b) {
        return AddSubtract.psubw(evenWords(a, b), oddWords(a, b));
    }

    public static long phsubsw(long a, long b) {
        return AddSubtract.psubsw(evenWords(a, b), oddWords(a, b));
    }

    public static long phsubd(long a, long b) {
        return AddSubtract.psubd(Interleave.punpckldq(a, b), Interleave.punpckhdq(a, b));
    }

    public static void phaddw(long[] d, long bLo, long bHi) {
        d[0] = phaddw(d[0], d[1]);
        d[1] = phaddw(bLo, bHi);
    }

    public static void phaddsw(long[] d, long bLo, long bHi) {
        d[0] = phaddsw(d[0], d[1]);
        d[1] = phaddsw(bLo, bHi);
    }

    public static void phaddd(long[] d, long bLo, long bHi) {
        d[0] = phaddd(d[0], d[1]);
        d[1] = phaddd(bLo, bHi);
    }

    public static void phsubw(long[] d, long bLo, long bHi) {
        d[0] = phsubw(d[0], d[1]);
        d[1] = phsubw(bLo, bHi);
    }

    public static void phsubsw(long[] d, long bLo, long bHi) {
        d[0] = phsubsw(d[0], d[1]);
        d[1] = phsubsw(bLo, bHi);
    }

    public static void phsubd(long[] d, long bLo, long bHi) {
        d[0] = phsubd(d[0], d[1]);
        d[1] = phsubd(bLo, bHi);
    }

    /// The sum of the absolute differences of eight unsigned bytes. MMX and SSE alike: a [Lane].
    public static long psadbw(long a, long b) {
        long sum = 0;
        for (int i = 0; i < 8; i++) {
            sum += Math.abs(BYTES.unsigned(a, i) - BYTES.unsigned(b, i));
        }
        return sum;
    }

    /// Four bytes of the source against eight overlapping places in the first operand: word `i` is
    /// the sum of their absolute differences from the four bytes that begin at byte `i`.
    ///
    /// @param imm8 bits 1:0 choose the four bytes of the source, bit 2 where to begin in `d`, both
    ///     in steps of 4 bytes
    public static void mpsadbw(long[] d, long bLo, long bHi, int imm8) {
        long four = Shuffle.palignr(bHi, bLo, 4 * (imm8 & 3)) & LOW_DWORD;
        long first = d[0];
        long middle = Interleave.punpckldq(d[0] >>> 32, d[1]);
        long last = d[1];
        boolean late = (imm8 & 1 << 2) != 0;
        d[0] = fourPlaces(late ? middle : first, four);
        d[1] = fourPlaces(late ? last : middle, four);
    }

    /// {@return four words: the distances of `four` from what begins at bytes 0 to 3 of `eight`}
    private static long fourPlaces(long eight, long four) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            result |= WORDS.place(psadbw(eight >>> 8 * i & LOW_DWORD, four), i);
        }
        return result;
    }

    /// The least unsigned word of the source, and in word 1 its number; the lowest wins a tie.
    public static void phminposuw(long[] d, long bLo, long bHi) {
        long least = WORDS.unsigned(bLo, 0);
        int number = 0;
        for (int i = 1; i < 8; i++) {
            long word = WORDS.unsigned(i < 4 ? bLo : bHi, i & 3);
            if (word < least) {
                least = word;
                number = i;
            }
        }
        d[0] = least | WORDS.place(number, 1);
        d[1] = 0;
    }

    private static long evenWords(long a, long b) {
        return together(a) | together(b) << 32;
    }

    private static long oddWords(long a, long b) {
        return together(a >>> 16) | together(b >>> 16) << 32;
    }

    /// {@return words 0 and 2 of `x` side by side}
    private static long together(long x) {
        long even = x & EVEN_WORDS;
        return (even | even >>> 16) & LOW_DWORD;
    }
}
