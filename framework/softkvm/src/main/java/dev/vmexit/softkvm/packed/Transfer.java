package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// Single elements into a register and out of it, and the sign bits of all.
///
/// Insertions are [WideImmediate]s with the value in the low bits of `bLo`; `bHi` does not count.
/// Extractions return the element zero-extended. An immediate larger than the last element's number
/// is taken modulo the number of elements.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2A, section 3.3 "Instructions (A-L)": EXTRACTPS, INSERTPS; Vol. 2B, section 4.3 "Instructions (M-U)": MOVMSKPD, MOVMSKPS, PEXTRB/PEXTRD/PEXTRQ, PEXTRW, PINSRB/PINSRD/PINSRQ, PINSRW, PMOVMSKB
public final class Transfer {
    private Transfer() {}

    public static void pinsrb(long[] d, long bLo, long bHi, int imm8) {
        int half = imm8 >> 3 & 1;
        d[half] = replaced(BYTES, d[half], bLo, imm8 & 7);
    }

    public static void pinsrw(long[] d, long bLo, long bHi, int imm8) {
        int half = imm8 >> 2 & 1;
        d[half] = pinsrw(d[half], bLo, imm8);
    }

    /// The MMX form.
    public static long pinsrw(long a, long b, int imm8) {
        return replaced(WORDS, a, b, imm8 & 3);
    }

    public static void pinsrd(long[] d, long bLo, long bHi, int imm8) {
        int half = imm8 >> 1 & 1;
        d[half] = replaced(DWORDS, d[half], bLo, imm8 & 1);
    }

    public static void pinsrq(long[] d, long bLo, long bHi, int imm8) {
        d[imm8 & 1] = bLo;
    }

    /// One dword of the source into one place, then zeros into the places that bits 3:0 name. From
    /// memory there is only one dword: put it into `bLo` and clear bits 7:6 of the immediate.
    /// ```
    /// imm8   7   6 | 5   4 | 3   2   1   0
    ///        from  |  to   | zero
    /// ```
    public static void insertps(long[] d, long bLo, long bHi, int imm8) {
        pinsrd(d, pextrd(bLo, bHi, imm8 >> 6), 0, imm8 >> 4);
        for (int i = 0; i < 4; i++) {
            if ((imm8 & 1 << i) != 0) {
                pinsrd(d, 0, 0, i);
            }
        }
    }

    public static long pextrb(long lo, long hi, int imm8) {
        return BYTES.unsigned((imm8 & 1 << 3) == 0 ? lo : hi, imm8 & 7);
    }

    public static long pextrw(long lo, long hi, int imm8) {
        return pextrw((imm8 & 1 << 2) == 0 ? lo : hi, imm8);
    }

    /// The MMX form.
    public static long pextrw(long b, int imm8) {
        return WORDS.unsigned(b, imm8 & 3);
    }

    public static long pextrd(long lo, long hi, int imm8) {
        return DWORDS.unsigned((imm8 & 1 << 1) == 0 ? lo : hi, imm8 & 1);
    }

    public static long pextrq(long lo, long hi, int imm8) {
        return (imm8 & 1) == 0 ? lo : hi;
    }

    /// PEXTRD under the name for floating point.
    public static long extractps(long lo, long hi, int imm8) {
        return pextrd(lo, hi, imm8);
    }

    /// The MMX form.
    public static long pmovmskb(long b) {
        // Bit 8i of the first factor meets bit 56 - 7i of the second at bit 56 + i; no two other
        // partial products meet, so nothing carries.
        return ((b & BYTES.high()) >>> 7) * 0x0102_0408_1020_4080L >>> 56;
    }

    public static long pmovmskb(long lo, long hi) {
        return pmovmskb(lo) | pmovmskb(hi) << 8;
    }

    public static long movmskps(long lo, long hi) {
        return lo >>> 31 & 1 | lo >>> 63 << 1 | (hi >>> 31 & 1) << 2 | hi >>> 63 << 3;
    }

    public static long movmskpd(long lo, long hi) {
        return lo >>> 63 | hi >>> 63 << 1;
    }

    private static long replaced(Elements of, long x, long value, int i) {
        return x & ~of.place(-1, i) | of.place(value, i);
    }
}
