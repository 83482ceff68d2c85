package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;
import static dev.vmexit.softkvm.packed.Elements.select;

/// The lesser and the greater of two elements; the name ends in `u` or `s` for unsigned or signed,
/// then the width. All are [Lane]s.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PMINUB, PMINSB, PMAXUB, PMAXSB and their wider forms
public final class MinMax {
    private MinMax() {}

    public static long pminub(long a, long b) {
        return select(BYTES.below(a, b), a, b);
    }

    public static long pminuw(long a, long b) {
        return select(WORDS.below(a, b), a, b);
    }

    public static long pminud(long a, long b) {
        return select(DWORDS.below(a, b), a, b);
    }

    public static long pminsb(long a, long b) {
        return select(BYTES.less(a, b), a, b);
    }

    public static long pminsw(long a, long b) {
        return select(WORDS.less(a, b), a, b);
    }

    public static long pminsd(long a, long b) {
        return select(DWORDS.less(a, b), a, b);
    }

    public static long pmaxub(long a, long b) {
        return select(BYTES.below(a, b), b, a);
    }

    public static long pmaxuw(long a, long b) {
        return select(WORDS.below(a, b), b, a);
    }

    public static long pmaxud(long a, long b) {
        return select(DWORDS.below(a, b), b, a);
    }

    public static long pmaxsb(long a, long b) {
        return select(BYTES.less(a, b), b, a);
    }

    public static long pmaxsw(long a, long b) {
        return select(WORDS.less(a, b), b, a);
    }

    public static long pmaxsd(long a, long b) {
        return select(DWORDS.less(a, b), b, a);
    }
}
