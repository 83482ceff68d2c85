package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.eachUnsigned;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogicTest {
    @Test
    void each_bit_stands_alone() {
        eachUnsigned(1, (a, b) -> a * b).lane(Logic::pand);
        eachUnsigned(1, (a, b) -> (1 - a) * b).lane(Logic::pandn);
        eachUnsigned(1, Math::max).lane(Logic::por);
        eachUnsigned(1, (a, b) -> a == b ? 0 : 1).lane(Logic::pxor);
    }

    @Test
    void ptest_sets_ZF_if_no_bit_is_shared() {
        assertThat(Logic.ptest(new long[]{0xF0, 0}, 0x0F, 0)).isEqualTo(Flags.ZF);
        assertThat(Logic.ptest(new long[]{0, 0xF0}, 0, 0x1F)).isZero();
    }

    @Test
    void ptest_sets_CF_if_a_covers_b() {
        assertThat(Logic.ptest(new long[]{-1, 1}, 0xFF, 1)).isEqualTo(Flags.CF);
        assertThat(Logic.ptest(new long[]{-1, 1}, 0xFF, 2)).isZero();
    }

    @Test
    void ptest_with_an_empty_source_sets_both() {
        assertThat(Logic.ptest(new long[]{-1, -1}, 0, 0)).isEqualTo(Flags.ZF | Flags.CF);
    }
}
