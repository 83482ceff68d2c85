package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.hex;
import static dev.vmexit.softkvm.packed.Expectation.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShuffleTest {
    @Test
    void pshufb_picks_bytes_of_a_or_zero() {
        Expectation picked = unsigned(8, (a, b, imm8) -> filled(a.length,
                i -> b[i] < 0x80 ? a[(int) b[i] % a.length] : 0));
        picked.lane(Shuffle::pshufb);
        picked.wide(Shuffle::pshufb);
    }

    @Test
    void pshufb_can_reverse_a_register() {
        long[] d = {0x0706_0504_0302_0100L, 0x0F0E_0D0C_0B0A_0908L};
        Shuffle.pshufb(d, 0x0809_0A0B_0C0D_0E0FL, 0x0001_0203_0405_0607L);
        assertThat(hex(d)).isEqualTo("000102030405060708090a0b0c0d0e0f");
    }

    @Test
    void pshufw_pshufd_and_their_like_pick_elements_of_b() {
        unsigned(16, (a, b, imm8) -> filled(4, i -> b[field(imm8, i)]))
                .laneImmediate(Shuffle::pshufw);
        unsigned(32, (a, b, imm8) -> filled(4, i -> b[field(imm8, i)]))
                .wideImmediate(Shuffle::pshufd);
        unsigned(16, (a, b, imm8) -> filled(8, i -> i < 4 ? b[field(imm8, i)] : b[i]))
                .wideImmediate(Shuffle::pshuflw);
        unsigned(16, (a, b, imm8) -> filled(8, i -> i < 4 ? b[i] : b[4 + field(imm8, i - 4)]))
                .wideImmediate(Shuffle::pshufhw);
    }

    @Test
    void shufps_and_shufpd_pick_the_low_half_from_a_and_the_high_from_b() {
        unsigned(32, (a, b, imm8) -> filled(4, i -> (i < 2 ? a : b)[field(imm8, i)]))
                .wideImmediate(Shuffle::shufps);
        unsigned(64, (a, b, imm8) -> filled(2, i -> (i < 1 ? a : b)[imm8 >> i & 1]))
                .wideImmediate(Shuffle::shufpd);
    }

    @Test
    void palignr_takes_consecutive_bytes_of_both() {
        Expectation taken = unsigned(8, (a, b, imm8) -> filled(a.length, i -> {
            int from = imm8 + i;
            if (from < b.length) {
                return b[from];
            }
            return from < 2 * b.length ? a[from - b.length] : 0;
        }));
        taken.laneImmediate(Shuffle::palignr);
        taken.wideImmediate(Shuffle::palignr);
    }

    @Test
    void movdup_doubles_elements_of_b() {
        unsigned(32, (a, b, imm8) -> filled(4, i -> b[i & ~1])).wide(Shuffle::movsldup);
        unsigned(32, (a, b, imm8) -> filled(4, i -> b[i | 1])).wide(Shuffle::movshdup);
        unsigned(64, (a, b, imm8) -> filled(2, i -> b[0])).wide(Shuffle::movddup);
    }

    private static int field(int imm8, int i) {
        return imm8 >> 2 * i & 3;
    }

    private static long[] filled(int length, Element element) {
        long[] result = new long[length];
        for (int i = 0; i < length; i++) {
            result[i] = element.at(i);
        }
        return result;
    }

    private interface Element {
        long at(int i);
    }
}
