package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.eachSigned;
import static dev.vmexit.softkvm.packed.Expectation.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShiftTest {
    private static final long[] COUNTS = {
            0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 1L << 32, 1L << 63, -1
    };

    @Test
    void psll_fills_with_zeros() {
        for (long count : COUNTS) {
            unsigned(16, (a, b, imm8) -> left(a, count)).lane((a, b) -> Shift.psllw(a, count));
            unsigned(32, (a, b, imm8) -> left(a, count)).lane((a, b) -> Shift.pslld(a, count));
            unsigned(64, (a, b, imm8) -> left(a, count)).lane((a, b) -> Shift.psllq(a, count));
        }
    }

    @Test
    void psrl_fills_with_zeros() {
        for (long count : COUNTS) {
            unsigned(16, (a, b, imm8) -> right(a, count)).lane((a, b) -> Shift.psrlw(a, count));
            unsigned(32, (a, b, imm8) -> right(a, count)).lane((a, b) -> Shift.psrld(a, count));
            unsigned(64, (a, b, imm8) -> right(a, count)).lane((a, b) -> Shift.psrlq(a, count));
        }
    }

    @Test
    void psra_fills_with_the_sign() {
        for (long count : COUNTS) {
            long within = count < 0 ? 63 : Math.min(count, 63);
            eachSigned(16, (a, b) -> a >> within).lane((a, b) -> Shift.psraw(a, count));
            eachSigned(32, (a, b) -> a >> within).lane((a, b) -> Shift.psrad(a, count));
        }
    }

    @Test
    void pslldq_and_psrldq_move_bytes_through_the_whole_register() {
        unsigned(8, (a, b, imm8) -> moved(a, -imm8))
                .wideImmediate((d, bLo, bHi, imm8) -> Shift.pslldq(d, imm8));
        unsigned(8, (a, b, imm8) -> moved(a, imm8))
                .wideImmediate((d, bLo, bHi, imm8) -> Shift.psrldq(d, imm8));
    }

    @ParameterizedTest
    @ValueSource(longs = {16, 17, 64, 80, 1L << 16, 1L << 63})
    void a_count_beyond_the_word_leaves_nothing_but_signs(long count) {
        assertThat(Shift.psllw(-1, count)).isZero();
        assertThat(Shift.psrlw(-1, count)).isZero();
        assertThat(Shift.psraw(0x8000_7FFF_8000_7FFFL, count)).isEqualTo(0xFFFF_0000_FFFF_0000L);
    }

    private static long[] left(long[] a, long count) {
        return each(a, x -> count < 0 || count > 63 ? 0 : x << count);
    }

    private static long[] right(long[] a, long count) {
        return each(a, x -> count < 0 || count > 63 ? 0 : x >>> count);
    }

    private static long[] each(long[] a, LongUnaryOperator element) {
        return Arrays.stream(a).map(element).toArray();
    }

    private static long[] moved(long[] a, int bytes) {
        long[] result = new long[a.length];
        for (int i = 0; i < a.length; i++) {
            int from = i + bytes;
            result[i] = from >= 0 && from < a.length ? a[from] : 0;
        }
        return result;
    }
}
