package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.QWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// Comparisons of elements: all ones where it holds, zero where it does not. "Greater" is signed.
/// All are [Lane]s.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PCMPEQB, PCMPEQQ, PCMPGTB, PCMPGTQ and the widths between
public final class Compare {
    private Compare() {}

    public static long pcmpeqb(long a, long b) {
        return BYTES.equal(a, b);
    }

    public static long pcmpeqw(long a, long b) {
        return WORDS.equal(a, b);
    }

    public static long pcmpeqd(long a, long b) {
        return DWORDS.equal(a, b);
    }

    public static long pcmpeqq(long a, long b) {
        return QWORDS.equal(a, b);
    }

    public static long pcmpgtb(long a, long b) {
        return BYTES.less(b, a);
    }

    public static long pcmpgtw(long a, long b) {
        return WORDS.less(b, a);
    }

    public static long pcmpgtd(long a, long b) {
        return DWORDS.less(b, a);
    }

    public static long pcmpgtq(long a, long b) {
        return QWORDS.less(b, a);
    }
}
