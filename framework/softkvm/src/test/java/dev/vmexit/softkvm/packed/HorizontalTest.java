package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.signed;
import static dev.vmexit.softkvm.packed.Expectation.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongBinaryOperator;
import org.junit.jupiter.api.Test;

class HorizontalTest {
    @Test
    void phadd_adds_neighbours() {
        neighbours(16, Long::sum).lane(Horizontal::phaddw);
        neighbours(16, Long::sum).wide(Horizontal::phaddw);
        neighbours(32, Long::sum).lane(Horizontal::phaddd);
        neighbours(32, Long::sum).wide(Horizontal::phaddd);
    }

    @Test
    void phsub_subtracts_the_higher_neighbour() {
        neighbours(16, (low, high) -> low - high).lane(Horizontal::phsubw);
        neighbours(16, (low, high) -> low - high).wide(Horizontal::phsubw);
        neighbours(32, (low, high) -> low - high).lane(Horizontal::phsubd);
        neighbours(32, (low, high) -> low - high).wide(Horizontal::phsubd);
    }

    @Test
    void phaddsw_and_phsubsw_saturate() {
        Expectation sum = neighbours(16, (low, high) -> Math.clamp(low + high, -32768, 32767));
        sum.lane(Horizontal::phaddsw);
        sum.wide(Horizontal::phaddsw);
        Expectation difference =
                neighbours(16, (low, high) -> Math.clamp(low - high, -32768, 32767));
        difference.lane(Horizontal::phsubsw);
        difference.wide(Horizontal::phsubsw);
    }

    @Test
    void psadbw_sums_the_distances_of_eight_bytes() {
        unsigned(8, (a, b, imm8) -> new long[]{distance(a, 0, b, 0, 8)}).into(64)
                .lane(Horizontal::psadbw);
    }

    @Test
    void psadbw_reaches_2040() {
        assertThat(Horizontal.psadbw(-1, 0)).isEqualTo(8 * 255);
    }

    @Test
    void mpsadbw_slides_four_bytes_over_eleven() {
        unsigned(8, (a, b, imm8) -> {
            long[] sums = new long[8];
            for (int i = 0; i < 8; i++) {
                sums[i] = distance(a, 4 * (imm8 >> 2 & 1) + i, b, 4 * (imm8 & 3), 4);
            }
            return sums;
        }).into(16).wideImmediate(Horizontal::mpsadbw);
    }

    @Test
    void phminposuw_tells_the_least_word_and_its_number() {
        unsigned(16, (a, b, imm8) -> {
            int at = 0;
            for (int i = 0; i < 8; i++) {
                at = b[i] < b[at] ? i : at;
            }
            return new long[]{b[at], at, 0, 0, 0, 0, 0, 0};
        }).wide(Horizontal::phminposuw);
    }

    @Test
    void phminposuw_prefers_the_lowest_of_equals() {
        long[] d = new long[2];
        Horizontal.phminposuw(d, 0x0005_0003_0007_0009L, 0x0003_0003_0004_0003L);
        assertThat(d).containsExactly(0x0002_0003, 0);
    }

    private static Expectation neighbours(int bits, LongBinaryOperator operator) {
        return signed(bits, (a, b, imm8) -> {
            long[] result = new long[a.length];
            for (int i = 0; i < a.length; i++) {
                long[] from = 2 * i < a.length ? a : b;
                int low = 2 * i % a.length;
                result[i] = operator.applyAsLong(from[low], from[low + 1]);
            }
            return result;
        });
    }

    private static long distance(long[] a, int fromA, long[] b, int fromB, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.abs(a[fromA + i] - b[fromB + i]);
        }
        return sum;
    }
}
