package dev.vmexit.softkvm.packed;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Crc32Test {
    @Test
    void the_check_value_of_CRC_32C_comes_out() {
        assertThat(checksum("123456789".getBytes(US_ASCII), 1)).isEqualTo(0xE306_9283);
    }

    /// @spec https://www.rfc-editor.org/rfc/rfc3720 RFC 3720, appendix B.4 "CRC Examples"
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void the_examples_of_iSCSI_come_out_in_every_width(int sizeBytes) {
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 0xFF);
        byte[] ascending = new byte[32];
        for (int i = 0; i < ascending.length; i++) {
            ascending[i] = (byte) i;
        }

        assertThat(checksum(new byte[32], sizeBytes)).isEqualTo(0x8A91_36AA);
        assertThat(checksum(ones, sizeBytes)).isEqualTo(0x62A8_AB43);
        assertThat(checksum(ascending, sizeBytes)).isEqualTo(0x46DD_794E);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void any_bytes_have_the_checksum_of_the_JDK(int sizeBytes) {
        for (Operands x : Operands.ALL) {
            byte[] bytes = ByteBuffer.allocate(16).putLong(x.a()[0]).putLong(x.b()[0]).array();
            var expected = new CRC32C();
            expected.update(bytes);
            assertThat(checksum(bytes, sizeBytes)).isEqualTo((int) expected.getValue());
        }
    }

    @Test
    void bits_of_the_source_beyond_its_size_do_not_count() {
        assertThat(Crc32.crc32(7, -1, 1)).isEqualTo(Crc32.crc32(7, 0xFF, 1));
    }

    private static int checksum(byte[] bytes, int sizeBytes) {
        var source = ByteBuffer.allocate(bytes.length + 8).order(ByteOrder.LITTLE_ENDIAN)
                .put(0, bytes);
        int crc = -1;
        int at = 0;
        while (at < bytes.length) {
            int size = at + sizeBytes <= bytes.length ? sizeBytes : 1;
            crc = Crc32.crc32(crc, source.getLong(at), size);
            at += size;
        }
        return ~crc;
    }
}
