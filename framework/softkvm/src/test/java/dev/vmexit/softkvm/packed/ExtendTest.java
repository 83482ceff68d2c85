package dev.vmexit.softkvm.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExtendTest {
    @Test
    void pmovsx_keeps_the_sign() {
        extended(8, true, 16).wide(Extend::pmovsxbw);
        extended(8, true, 32).wide(Extend::pmovsxbd);
        extended(8, true, 64).wide(Extend::pmovsxbq);
        extended(16, true, 32).wide(Extend::pmovsxwd);
        extended(16, true, 64).wide(Extend::pmovsxwq);
        extended(32, true, 64).wide(Extend::pmovsxdq);
    }

    @Test
    void pmovzx_fills_with_zeros() {
        extended(8, false, 16).wide(Extend::pmovzxbw);
        extended(8, false, 32).wide(Extend::pmovzxbd);
        extended(8, false, 64).wide(Extend::pmovzxbq);
        extended(16, false, 32).wide(Extend::pmovzxwd);
        extended(16, false, 64).wide(Extend::pmovzxwq);
        extended(32, false, 64).wide(Extend::pmovzxdq);
    }

    @Test
    void the_upper_half_of_the_source_does_not_count() {
        long[] d = {1, 2};
        Extend.pmovsxbw(d, 0x80, -1);
        assertThat(d).containsExactly(0xFF80, 0);
    }

    private static Expectation extended(int fromBits, boolean signed, int toBits) {
        return new Expectation(fromBits, signed, toBits,
                (a, b, imm8) -> Arrays.copyOf(b, 128 / toBits));
    }
}
