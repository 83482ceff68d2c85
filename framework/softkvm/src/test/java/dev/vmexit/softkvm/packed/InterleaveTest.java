package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InterleaveTest {
    @Test
    void punpckl_takes_the_low_halves_in_turn() {
        low(8).lane(Interleave::punpcklbw);
        low(8).wide(Interleave::punpcklbw);
        low(16).lane(Interleave::punpcklwd);
        low(16).wide(Interleave::punpcklwd);
        low(32).lane(Interleave::punpckldq);
        low(32).wide(Interleave::punpckldq);
        low(64).wide(Interleave::punpcklqdq);
    }

    @Test
    void punpckh_takes_the_high_halves_in_turn() {
        high(8).lane(Interleave::punpckhbw);
        high(8).wide(Interleave::punpckhbw);
        high(16).lane(Interleave::punpckhwd);
        high(16).wide(Interleave::punpckhwd);
        high(32).lane(Interleave::punpckhdq);
        high(32).wide(Interleave::punpckhdq);
        high(64).wide(Interleave::punpckhqdq);
    }

    @Test
    void unpck_does_the_same_for_floating_point() {
        low(32).wide(Interleave::unpcklps);
        high(32).wide(Interleave::unpckhps);
        low(64).wide(Interleave::unpcklpd);
        high(64).wide(Interleave::unpckhpd);
    }

    @Test
    void the_first_operand_comes_first() {
        assertThat(Interleave.punpcklbw(0x44_33_22_11L, 0x88_77_66_55L))
                .isEqualTo(0x88_44_77_33_66_22_55_11L);
    }

    private static Expectation low(int bits) {
        return unsigned(bits, (a, b, imm8) -> inTurn(a, b, 0));
    }

    private static Expectation high(int bits) {
        return unsigned(bits, (a, b, imm8) -> inTurn(a, b, a.length / 2));
    }

    private static long[] inTurn(long[] a, long[] b, int from) {
        long[] result = new long[a.length];
        for (int i = 0; i < a.length; i++) {
            result[i] = (i % 2 == 0 ? a : b)[from + i / 2];
        }
        return result;
    }
}
