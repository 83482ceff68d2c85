package dev.vmexit.tinycpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyDevices;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a guest may try, and what stays bounded.
class TinyCpuTest {
    private static TinyCpu cpu(int origin, String image) {
        return new TinyCpu(origin, HexFormat.ofDelimiter(" ").parseHex(image),
                new TinyDevices(new Console("", OutputStream.nullOutputStream())));
    }

    private static Function<TinyCpu, Engine> kind(boolean translated) {
        return translated ? Translator::new : Interpreter::new;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_word_at_the_last_byte_is_an_overrun(boolean translated) {
        for (String access : new String[]{"8b 06 ff ff", "89 06 ff ff"}) {
            TinyCpu cpu = cpu(0x1000, access + " f4");
            assertThatThrownBy(() -> kind(translated).apply(cpu).run(10)).as(access)
                    .isInstanceOfSatisfying(SegmentOverrun.class,
                            error -> assertThat(error.address()).isEqualTo(0xFFFF))
                    .hasMessageContaining("64 KiB");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void execution_does_not_go_on_behind_the_last_byte(boolean translated) {
        TinyCpu whole = cpu(0xFFFF, "41");
        assertThatThrownBy(() -> kind(translated).apply(whole).run(10))
                .isInstanceOf(SegmentOverrun.class);
        assertThat(whole.registers()[1]).as("CX: INC CX in the last byte").isEqualTo(1);
        assertThat(whole.ip()).isEqualTo(0x1_0000);
        TinyCpu cut = cpu(0xFFFE, "b8 34");
        assertThatThrownBy(() -> kind(translated).apply(cut).run(10))
                .as("an instruction without its end").isInstanceOf(SegmentOverrun.class);
        assertThat(cut.ip()).isEqualTo(0xFFFE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_halted_CPU_stays_halted(boolean translated) {
        TinyCpu cpu = cpu(0x1000, "f4 41 f4");
        kind(translated).apply(cpu).run(10);
        assertThat(kind(translated).apply(cpu).run(10)).isEqualTo(Engine.Stop.HALTED);
        assertThat(cpu.isHalted()).isTrue();
        assertThat(cpu.registers()[1]).isZero();
    }

    @Test
    void every_two_bytes_are_an_instruction_or_a_GuestError() {
        byte[] memory = new byte[TinyCpu.MEMORY_BYTES];
        for (int bytes = 0; bytes < 0x1_0000; bytes++) {
            memory[0] = (byte) bytes;
            memory[1] = (byte) (bytes >>> 8);
            try {
                assertThat(Decoder.decode(memory, 0).next()).isBetween(1, 6);
            } catch (UndefinedOpcode undefined) {
                assertThat(undefined.address()).isZero();
            }
        }
    }

    @Test
    void the_cache_holds_a_bounded_number_of_blocks() {
        var cache = new TranslationCache();
        for (int start = 0; start < TranslationCache.MOST_BLOCKS; start++) {
            cache.add(new Block(start, start + 1, cpu -> {}));
        }
        assertThat(cache.count()).isEqualTo(TranslationCache.MOST_BLOCKS);
        cache.add(new Block(0x8000, 0x8001, cpu -> {}));
        assertThat(cache.count()).as("full: all others went").isEqualTo(1);
        assertThat(cache.at(0)).isNull();
        assertThat(cache.written(0)).as("nothing is left in the lists of the pages").isFalse();
        assertThat(cache.written(0x7FFF)).isTrue();
    }

    @Test
    void an_image_that_does_not_fit_is_refused() {
        assertThatThrownBy(() -> cpu(0xFFFF, "41 f4"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("64 KiB");
    }

    @Test
    void interpreter_and_translator_may_take_turns() {
        TinyCpu cpu = cpu(0x1000, "41 40 83 f9 64 75 f9 f4");
        for (int turn = 0; !cpu.isHalted(); turn++) {
            kind(turn % 2 == 0).apply(cpu).run(7);
        }
        assertThat(cpu.registers()[1]).isEqualTo(100);
        assertThat(cpu.registers()[0]).isEqualTo(100);
    }
}
