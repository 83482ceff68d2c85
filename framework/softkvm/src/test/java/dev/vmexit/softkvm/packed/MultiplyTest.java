package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.eachSigned;
import static dev.vmexit.softkvm.packed.Expectation.eachUnsigned;
import static dev.vmexit.softkvm.packed.Expectation.hex;
import static dev.vmexit.softkvm.packed.Expectation.signed;
import static dev.vmexit.softkvm.packed.Expectation.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MultiplyTest {
    @Test
    void words_have_a_low_and_a_high_half_of_the_product() {
        eachSigned(16, (a, b) -> a * b).lane(Multiply::pmullw);
        eachSigned(16, (a, b) -> a * b >> 16).lane(Multiply::pmulhw);
        eachUnsigned(16, (a, b) -> a * b >> 16).lane(Multiply::pmulhuw);
    }

    @Test
    void pmulhrsw_rounds_to_the_nearest_fraction() {
        eachSigned(16, (a, b) -> Math.floorDiv(a * b + (1 << 14), 1 << 15))
                .lane(Multiply::pmulhrsw);
    }

    @Test
    void pmaddwd_adds_neighbouring_products() {
        signed(16, (a, b, imm8) -> pairs(a, b)).into(32).lane(Multiply::pmaddwd);
    }

    @Test
    void pmaddwd_of_four_times_the_least_word_wraps() {
        assertThat(Multiply.pmaddwd(0x8000_8000L, 0x8000_8000L)).isEqualTo(0x8000_0000L);
    }

    @Test
    void pmaddubsw_takes_a_unsigned_and_b_signed_and_saturates() {
        unsigned(8, (a, b, imm8) -> {
            long[] signedB = b.clone();
            for (int i = 0; i < b.length; i++) {
                signedB[i] = (byte) b[i];
            }
            long[] sums = pairs(a, signedB);
            for (int i = 0; i < sums.length; i++) {
                sums[i] = Math.clamp(sums[i], -32768, 32767);
            }
            return sums;
        }).into(16).lane(Multiply::pmaddubsw);
    }

    @Test
    void dwords_have_the_low_half_of_the_product() {
        eachSigned(32, (a, b) -> a * b).lane(Multiply::pmulld);
    }

    @Test
    void the_even_dwords_have_the_whole_product() {
        eachUnsigned(64, (a, b) -> (a & 0xFFFF_FFFFL) * (b & 0xFFFF_FFFFL))
                .lane(Multiply::pmuludq);
        eachSigned(64, (a, b) -> (long) (int) a * (int) b).lane(Multiply::pmuldq);
    }

    @Test
    void pclmulqdq_adds_partial_products_without_carry() {
        unsigned(1, (a, b, imm8) -> {
            int fromA = 64 * (imm8 & 1);
            int fromB = 64 * (imm8 >> 4 & 1);
            long[] product = new long[128];
            for (int i = 0; i < 64; i++) {
                for (int j = 0; j < 64; j++) {
                    product[i + j] ^= a[fromA + i] & b[fromB + j];
                }
            }
            return product;
        }).wideImmediate(Multiply::pclmulqdq);
    }

    @Test
    void pclmulqdq_squares_by_spreading_the_bits() {
        long[] d = {-1, 0};
        Multiply.pclmulqdq(d, -1, 0, 0);
        assertThat(hex(d)).isEqualTo("5555".repeat(8));
    }

    private static long[] pairs(long[] a, long[] b) {
        long[] sums = new long[a.length / 2];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
        }
        return sums;
    }
}
