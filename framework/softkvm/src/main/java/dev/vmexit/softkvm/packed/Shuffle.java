package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// Elements put elsewhere: chosen by a register (PSHUFB), by an immediate, or by the instruction.
/// Where an immediate chooses among four, field `i` in its bits `2i+1:2i` is for element `i` of the
/// result.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": MOVDDUP, MOVSHDUP, MOVSLDUP, PALIGNR, PSHUFB, PSHUFD, PSHUFHW, PSHUFLW, PSHUFW, SHUFPD, SHUFPS
public final class Shuffle {
    private Shuffle() {}

    /// The byte of `a` that each byte of `b` numbers, or zero if its top bit is set.
    public static long pshufb(long a, long b) {
        return chosenBytes(a, a, b);
    }

    public static void pshufb(long[] d, long bLo, long bHi) {
        long lo = chosenBytes(d[0], d[1], bLo);
        d[1] = chosenBytes(d[0], d[1], bHi);
        d[0] = lo;
    }

    /// The four words of `b` in another order; `a` does not count.
    public static long pshufw(long a, long b, int imm8) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            result |= WORDS.place(WORDS.unsigned(b, imm8 >> 2 * i & 3), i);
        }
        return result;
    }

    public static void pshuflw(long[] d, long bLo, long bHi, int imm8) {
        d[0] = pshufw(d[0], bLo, imm8);
        d[1] = bHi;
    }

    public static void pshufhw(long[] d, long bLo, long bHi, int imm8) {
        d[0] = bLo;
        d[1] = pshufw(d[1], bHi, imm8);
    }

    public static void pshufd(long[] d, long bLo, long bHi, int imm8) {
        d[0] = chosenDwords(bLo, bHi, imm8);
        d[1] = chosenDwords(bLo, bHi, imm8 >> 4);
    }

    /// Two dwords of the first operand, then two of the source.
    public static void shufps(long[] d, long bLo, long bHi, int imm8) {
        d[0] = chosenDwords(d[0], d[1], imm8);
        d[1] = chosenDwords(bLo, bHi, imm8 >> 4);
    }

    /// A qword of the first operand (bit 0 of the immediate), then one of the source (bit 1).
    public static void shufpd(long[] d, long bLo, long bHi, int imm8) {
        d[0] = d[imm8 & 1];
        d[1] = (imm8 & 1 << 1) == 0 ? bLo : bHi;
    }

    /// The bytes of `a:b` from byte `imm8` on; beyond `a` there are zeros.
    public static long palignr(long a, long b, int imm8) {
        int bits = 8 * (imm8 & 7);
        return switch (imm8 >> 3) {
            case 0 -> Shift.funnel(b, a, bits);
            case 1 -> a >>> bits;
            default -> 0;
        };
    }

    public static void palignr(long[] d, long bLo, long bHi, int imm8) {
        long aLo = d[0];
        long aHi = d[1];
        switch (imm8 >> 3) {
            case 0 -> set(d, palignr(bHi, bLo, imm8), palignr(aLo, bHi, imm8));
            case 1 -> set(d, palignr(aLo, bHi, imm8 - 8), palignr(aHi, aLo, imm8 - 8));
            case 2 -> set(d, palignr(aHi, aLo, imm8 - 16), palignr(0, aHi, imm8 - 16));
            default -> set(d, palignr(0, aHi, imm8 - 24), 0);
        }
    }

    public static void movsldup(long[] d, long bLo, long bHi) {
        d[0] = Interleave.punpckldq(bLo, bLo);
        d[1] = Interleave.punpckldq(bHi, bHi);
    }

    public static void movshdup(long[] d, long bLo, long bHi) {
        d[0] = Interleave.punpckhdq(bLo, bLo);
        d[1] = Interleave.punpckhdq(bHi, bHi);
    }

    public static void movddup(long[] d, long bLo, long bHi) {
        set(d, bLo, bLo);
    }

    private static void set(long[] d, long lo, long hi) {
        d[0] = lo;
        d[1] = hi;
    }

    private static long chosenBytes(long lo, long hi, long choice) {
        long result = 0;
        for (int i = 0; i < 8; i++) {
            int number = (int) BYTES.unsigned(choice, i);
            long from = (number & 1 << 3) == 0 ? lo : hi;
            result |= BYTES.place(BYTES.unsigned(from, number & 7), i);
        }
        return result & ~BYTES.mask(choice);
    }

    /// {@return two dwords, as bits 1:0 and 3:2 of `fields` choose}
    private static long chosenDwords(long lo, long hi, int fields) {
        long first = (fields & 1 << 1) == 0 ? lo : hi;
        long second = (fields & 1 << 3) == 0 ? lo : hi;
        return DWORDS.unsigned(first, fields & 1)
                | DWORDS.place(DWORDS.unsigned(second, fields >> 2 & 1), 1);
    }
}
