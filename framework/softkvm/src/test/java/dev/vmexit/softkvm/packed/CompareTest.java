package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.eachSigned;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompareTest {
    @Test
    void pcmpeq_fills_equal_elements_with_ones() {
        eachSigned(8, (a, b) -> a == b ? -1 : 0).lane(Compare::pcmpeqb);
        eachSigned(16, (a, b) -> a == b ? -1 : 0).lane(Compare::pcmpeqw);
        eachSigned(32, (a, b) -> a == b ? -1 : 0).lane(Compare::pcmpeqd);
        eachSigned(64, (a, b) -> a == b ? -1 : 0).lane(Compare::pcmpeqq);
    }

    @Test
    void pcmpgt_is_signed() {
        eachSigned(8, (a, b) -> a > b ? -1 : 0).lane(Compare::pcmpgtb);
        eachSigned(16, (a, b) -> a > b ? -1 : 0).lane(Compare::pcmpgtw);
        eachSigned(32, (a, b) -> a > b ? -1 : 0).lane(Compare::pcmpgtd);
        eachSigned(64, (a, b) -> a > b ? -1 : 0).lane(Compare::pcmpgtq);
    }

    @Test
    void a_register_equals_itself() {
        assertThat(Compare.pcmpeqd(0x0123_4567_89AB_CDEFL, 0x0123_4567_89AB_CDEFL)).isEqualTo(-1);
    }
}
