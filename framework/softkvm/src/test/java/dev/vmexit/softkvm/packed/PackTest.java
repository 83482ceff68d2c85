package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.signed;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PackTest {
    @Test
    void packss_saturates_to_signed() {
        packed(16, -128, 127).lane(Pack::packsswb);
        packed(16, -128, 127).wide(Pack::packsswb);
        packed(32, -32768, 32767).lane(Pack::packssdw);
        packed(32, -32768, 32767).wide(Pack::packssdw);
    }

    @Test
    void packus_saturates_to_unsigned() {
        packed(16, 0, 255).lane(Pack::packuswb);
        packed(16, 0, 255).wide(Pack::packuswb);
        packed(32, 0, 65535).wide(Pack::packusdw);
    }

    @Test
    void packuswb_takes_its_source_as_signed() {
        assertThat(Pack.packuswb(0xFFFF_0100_00FF_0001L, 0)).isEqualTo(0x00_FF_FF_01L);
    }

    private static Expectation packed(int bits, int least, int greatest) {
        return signed(bits, (a, b, imm8) -> LongStream.concat(LongStream.of(a), LongStream.of(b))
                .map(x -> Math.clamp(x, least, greatest)).toArray()).into(bits / 2);
    }
}
