package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// Products of elements. All are [Lane]s but [#pclmulqdq], a [WideImmediate].
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PMULLW, PMULHW, PMULHUW, PMULHRSW, PMADDWD, PMADDUBSW, PMULLD, PMULUDQ, PMULDQ, PCLMULQDQ
public final class Multiply {
    private Multiply() {}

    /// The low half of each product of words.
    public static long pmullw(long a, long b) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            result |= WORDS.place(WORDS.signed(a, i) * WORDS.signed(b, i), i);
        }
        return result;
    }

    /// The high half of each product of signed words.
    public static long pmulhw(long a, long b) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            result |= WORDS.place(WORDS.signed(a, i) * WORDS.signed(b, i) >> 16, i);
        }
        return result;
    }

    /// The high half of each product of unsigned words.
    public static long pmulhuw(long a, long b) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            result |= WORDS.place(WORDS.unsigned(a, i) * WORDS.unsigned(b, i) >> 16, i);
        }
        return result;
    }

    /// Signed words as fractions with 15 bits behind the point: each product, rounded.
    public static long pmulhrsw(long a, long b) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            long product = WORDS.signed(a, i) * WORDS.signed(b, i);
            result |= WORDS.place((product >> 14) + 1 >> 1, i);
        }
        return result;
    }

    /// Signed words, multiplied and added in pairs to dwords. Four times the least word is the one
    /// sum that wraps.
    public static long pmaddwd(long a, long b) {
        long low = WORDS.signed(a, 0) * WORDS.signed(b, 0)
                + WORDS.signed(a, 1) * WORDS.signed(b, 1);
        long high = WORDS.signed(a, 2) * WORDS.signed(b, 2)
                + WORDS.signed(a, 3) * WORDS.signed(b, 3);
        return DWORDS.place(low, 0) | DWORDS.place(high, 1);
    }

    /// Unsigned bytes of `a` times signed bytes of `b`, added in pairs to words with signed
    /// saturation.
    public static long pmaddubsw(long a, long b) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            long sum = BYTES.unsigned(a, 2 * i) * BYTES.signed(b, 2 * i)
                    + BYTES.unsigned(a, 2 * i + 1) * BYTES.signed(b, 2 * i + 1);
            result |= WORDS.place(Math.clamp(sum, Short.MIN_VALUE, Short.MAX_VALUE), i);
        }
        return result;
    }

    /// The low half of each product of dwords.
    public static long pmulld(long a, long b) {
        return DWORDS.place(a * b, 0) | DWORDS.place((a >>> 32) * (b >>> 32), 1);
    }

    /// The product of the low dwords, unsigned.
    public static long pmuludq(long a, long b) {
        return DWORDS.unsigned(a, 0) * DWORDS.unsigned(b, 0);
    }

    /// The product of the low dwords, signed.
    public static long pmuldq(long a, long b) {
        return DWORDS.signed(a, 0) * DWORDS.signed(b, 0);
    }

    /// The product of two polynomials over GF(2), 64 coefficients each: a multiplication whose
    /// partial products are not added but XORed.
    ///
    /// @param imm8 bit 0 chooses the half of `d`, bit 4 the half of the source
    public static void pclmulqdq(long[] d, long bLo, long bHi, int imm8) {
        long a = d[imm8 & 1];
        long b = (imm8 & 1 << 4) == 0 ? bLo : bHi;
        long lo = 0;
        long hi = 0;
        for (int i = 0; i < Long.SIZE; i++) {
            long taken = -(b >>> i & 1);
            lo ^= a << i & taken;
            // In two steps, because a shift by 64 would be a shift by 0.
            hi ^= a >>> 1 >>> 63 - i & taken;
        }
        d[0] = lo;
        d[1] = hi;
    }
}
