package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.QWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;
import static dev.vmexit.softkvm.packed.Elements.select;

/// Elements of the source where a bit says so, of the first operand elsewhere. The bit is bit `i`
/// of the immediate in a [WideImmediate], or the top bit of the mask's element in a [WideMasked].
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2A, section 3.3 "Instructions (A-L)": BLENDPD, BLENDPS, BLENDVPD, BLENDVPS; Vol. 2B, section 4.3 "Instructions (M-U)": PBLENDVB, PBLENDW
public final class Blend {
    private Blend() {}

    public static void pblendw(long[] d, long bLo, long bHi, int imm8) {
        d[0] = select(WORDS.chosen(imm8), bLo, d[0]);
        d[1] = select(WORDS.chosen(imm8 >> 4), bHi, d[1]);
    }

    public static void blendps(long[] d, long bLo, long bHi, int imm8) {
        d[0] = select(DWORDS.chosen(imm8), bLo, d[0]);
        d[1] = select(DWORDS.chosen(imm8 >> 2), bHi, d[1]);
    }

    public static void blendpd(long[] d, long bLo, long bHi, int imm8) {
        d[0] = select(QWORDS.chosen(imm8), bLo, d[0]);
        d[1] = select(QWORDS.chosen(imm8 >> 1), bHi, d[1]);
    }

    public static void pblendvb(long[] d, long bLo, long bHi, long maskLo, long maskHi) {
        d[0] = select(BYTES.mask(maskLo), bLo, d[0]);
        d[1] = select(BYTES.mask(maskHi), bHi, d[1]);
    }

    public static void blendvps(long[] d, long bLo, long bHi, long maskLo, long maskHi) {
        d[0] = select(DWORDS.mask(maskLo), bLo, d[0]);
        d[1] = select(DWORDS.mask(maskHi), bHi, d[1]);
    }

    public static void blendvpd(long[] d, long bLo, long bHi, long maskLo, long maskHi) {
        d[0] = select(QWORDS.mask(maskLo), bLo, d[0]);
        d[1] = select(QWORDS.mask(maskHi), bHi, d[1]);
    }
}
