package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.unsigned;

import org.junit.jupiter.api.Test;

class BlendTest {
    @Test
    void the_immediate_has_a_bit_for_each_element() {
        byImmediate(16).wideImmediate(Blend::pblendw);
        byImmediate(32).wideImmediate(Blend::blendps);
        byImmediate(64).wideImmediate(Blend::blendpd);
    }

    @Test
    void the_mask_counts_by_its_elements_top_bits() {
        byTopBit(8, Blend::pblendvb);
        byTopBit(32, Blend::blendvps);
        byTopBit(64, Blend::blendvpd);
    }

    private static Expectation byImmediate(int bits) {
        return unsigned(bits, (a, b, imm8) -> {
            long[] result = a.clone();
            for (int i = 0; i < a.length; i++) {
                result[i] = (imm8 & 1 << i) == 0 ? a[i] : b[i];
            }
            return result;
        });
    }

    private static void byTopBit(int bits, WideMasked actual) {
        for (Operands other : Operands.ALL.subList(0, 20)) {
            long[] top = Expectation.split(other.a(), bits, true);
            unsigned(bits, (a, b, imm8) -> {
                long[] result = a.clone();
                for (int i = 0; i < a.length; i++) {
                    result[i] = top[i] < 0 ? b[i] : a[i];
                }
                return result;
            }).wide((d, bLo, bHi) -> actual.apply(d, bLo, bHi, other.a()[0], other.a()[1]));
        }
    }
}
