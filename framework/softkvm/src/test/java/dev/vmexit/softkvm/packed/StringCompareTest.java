package dev.vmexit.softkvm.packed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StringCompareTest {
    private static final int EQUAL_ANY_BYTES = 0b0000_0000;
    private static final int RANGES_BYTES = 0b0000_0100;
    private static final int EQUAL_EACH_BYTES_NEGATIVE = 0b0001_1000;
    private static final int EQUAL_ORDERED_BYTES = 0b0000_1100;
    private static final int EQUAL_ANY_WORDS = 0b0000_0001;
    private static final int HIGHEST = 1 << 6;

    @ParameterizedTest
    @CsvSource({"aeiou,hypervisor,3", "xyz,hypervisor,1", "q,hypervisor,16"})
    void EQUAL_ANY_finds_the_first_of_a_set(String set, String text, int index) {
        int outcome = StringCompare.pcmpistr(bytes(set), bytes(text), EQUAL_ANY_BYTES);
        assertThat(StringCompare.index(outcome, EQUAL_ANY_BYTES)).isEqualTo(index);
    }

    @ParameterizedTest
    @CsvSource({"09,ring 0 and 3,5", "AZaz,0x1F,1", "AZa,az,16"})
    void RANGES_finds_the_first_within_a_range(String ranges, String text, int index) {
        int outcome = StringCompare.pcmpistr(bytes(ranges), bytes(text), RANGES_BYTES);
        assertThat(StringCompare.index(outcome, RANGES_BYTES)).isEqualTo(index);
    }

    @ParameterizedTest
    @CsvSource({"guest,guest,16", "guest,gust,2", "guest,guests,5"})
    void EQUAL_EACH_negated_finds_the_first_difference(String a, String b, int index) {
        int outcome = StringCompare.pcmpistr(bytes(a), bytes(b), EQUAL_EACH_BYTES_NEGATIVE);
        assertThat(StringCompare.index(outcome, EQUAL_EACH_BYTES_NEGATIVE)).isEqualTo(index);
    }

    @ParameterizedTest
    @CsvSource({"exit,VM exit,3", "exits,0123456789abexit,12", "exit,entry,16", "'',abc,0"})
    void EQUAL_ORDERED_finds_a_substring_even_cut_off_by_the_end(String a, String b, int index) {
        int outcome = StringCompare.pcmpistr(bytes(a), bytes(b), EQUAL_ORDERED_BYTES);
        assertThat(StringCompare.index(outcome, EQUAL_ORDERED_BYTES)).isEqualTo(index);
    }

    @Test
    void words_are_counted_as_words() {
        int imm8 = EQUAL_ANY_WORDS | HIGHEST;
        long[] text = register("vmexit", UTF_16LE);
        int outcome = StringCompare.pcmpistr(register("ie", UTF_16LE), text, imm8);
        assertThat(StringCompare.index(outcome, imm8)).isEqualTo(4);
    }

    @Test
    void ZF_tells_that_b_has_ended_and_SF_that_a_has() {
        long[] full = bytes("0123456789abcdef");
        assertThat(flags(bytes("x"), full)).isEqualTo(Flags.SF);
        assertThat(flags(full, bytes("x"))).isEqualTo(Flags.ZF);
        assertThat(flags(full, full)).isEqualTo(Flags.CF | Flags.OF);
    }

    private static int flags(long[] a, long[] b) {
        return StringCompare.flags(StringCompare.pcmpistr(a, b, EQUAL_ANY_BYTES));
    }

    @ParameterizedTest
    @ValueSource(longs = {-3, 3})
    void the_sign_of_a_length_does_not_count(long length) {
        long[] text = bytes("aaaaaa");
        int outcome = StringCompare.pcmpestr(bytes("a"), 1, text, length, EQUAL_ANY_BYTES);
        assertThat(outcome & 0xFFFF).isEqualTo(0b111);
    }

    @ParameterizedTest
    @ValueSource(longs = {16, 17, -17, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MIN_VALUE})
    void a_length_beyond_the_register_is_the_whole_register(long length) {
        long[] text = bytes("aaaaaaaaaaaaaaaa");
        int outcome = StringCompare.pcmpestr(bytes("a"), 1, text, length, EQUAL_ANY_BYTES);
        assertThat(outcome & 0xFFFF).isEqualTo(0xFFFF);
    }

    @Test
    void every_immediate_computes_what_the_manual_writes() {
        var random = new SplittableRandom(42);
        for (int i = 0; i < 256 * 100; i++) {
            int imm8 = i & 0xFF;
            long[] a = text(random);
            long[] b = text(random);
            var expected = new StringCompareReference(a, b, imm8);
            check(expected.implicit(), StringCompare.pcmpistr(a, b, imm8), imm8);

            int aLength = random.nextInt(-20, 20);
            int bLength = random.nextInt(-20, 20);
            check(expected.explicit(aLength, bLength),
                    StringCompare.pcmpestr(a, aLength, b, bLength, imm8), imm8);
        }
    }

    private static void check(StringCompareReference.Result expected, int outcome, int imm8) {
        long[] mask = new long[2];
        StringCompare.mask(outcome, imm8, mask);
        int index = StringCompare.index(outcome, imm8);
        int flags = StringCompare.flags(outcome);
        assertThat(new StringCompareReference.Result(index, Expectation.hex(mask), flags))
                .as("imm8 = %#x", imm8).isEqualTo(expected);
    }

    /// {@return letters few enough to meet again, now and then with an end}
    private static long[] text(SplittableRandom random) {
        int letters = random.nextInt(2, 9);
        int high = random.nextInt(3) == 0 ? 0x80 : 0;
        byte[] bytes = new byte[16];
        for (int i = 0; i < 16; i++) {
            bytes[i] = (byte) (random.nextInt(letters) + 1 + (random.nextBoolean() ? high : 0));
        }
        if (random.nextBoolean()) {
            int end = 2 * random.nextInt(8);
            bytes[end] = 0;
            bytes[end + 1] = 0;
        }
        return register(bytes);
    }

    private static long[] bytes(String text) {
        return register(text, ISO_8859_1);
    }

    private static long[] register(String text, Charset charset) {
        return register(text.getBytes(charset));
    }

    private static long[] register(byte[] text) {
        var bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).put(0, text);
        return new long[]{bytes.getLong(0), bytes.getLong(8)};
    }
}
