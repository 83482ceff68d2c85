package dev.vmexit.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameTest {
    /// RFC 1071, section 1, word by word.
    private static int checksum(byte[] bytes, int from, int to) {
        int sum = 0;
        for (int n = from; n < to; n++) {
            sum += (n - from) % 2 == 0 ? (bytes[n] & 0xFF) << 8 : bytes[n] & 0xFF;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return ~sum & 0xFFFF;
    }

    @Test
    void the_sum_is_that_of_16_bit_words_for_every_length_and_place() {
        Random random = new Random(1071);
        for (int length = 0; length < 70; length++) {
            byte[] bytes = new byte[5 + length];
            random.nextBytes(bytes);
            assertThat(Checksum.of(bytes, length % 5, length)).as("%d bytes", length)
                    .isEqualTo(checksum(bytes, length % 5, length % 5 + length));
        }
        byte[] most = new byte[65_550];
        java.util.Arrays.fill(most, (byte) 0xFF);
        assertThat(Checksum.of(most, 0, most.length, 0xFFFF_FFFFL)).isZero();
    }

    @Test
    void what_is_left_is_finished_once() {
        byte[] bytes = new byte[101];
        new Random(7).nextBytes(bytes);
        byte[] before = bytes.clone();
        Frame finished = new Frame(bytes, 34, 16, 1460).finished();
        assertThat(checksum(finished.bytes(), 34, 101)).as("the sum of the pseudo-header")
                .isEqualTo((before[50] & 0xFF) << 8 | before[51] & 0xFF);
        assertThat(finished.isUnfinished()).isFalse();
        assertThat(finished.isLarge()).isTrue();
        byte[] once = finished.bytes().clone();
        assertThat(finished.finished().bytes()).isEqualTo(once);
    }

    @Test
    void a_sum_of_zero_is_written_as_its_other_self() {
        byte[] bytes = new byte[24];
        bytes[15] = bytes[14] = -1;
        assertThat(new Frame(bytes, 14, 6, 0).finished().bytes()).startsWith(new byte[14])
                .endsWith(-1, -1, 0, 0, 0, 0, -1, -1, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"60, 0, 59", "1, 58, 60", "-1, 4, 60", "65535, 65535, 60"})
    void a_checksum_outside_the_frame_is_refused(int start, int offset, int bytes) {
        assertThatThrownBy(() -> new Frame(new byte[bytes], start, offset, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a checksum at %d + %d in a frame of %d bytes", start, offset, bytes);
    }

    @Test
    void the_last_two_bytes_may_be_the_checksum() {
        assertThat(new Frame(new byte[60], 1, 57, 0).isUnfinished()).isTrue();
    }
}
