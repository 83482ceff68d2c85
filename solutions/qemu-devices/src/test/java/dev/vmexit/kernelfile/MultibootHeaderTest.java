package dev.vmexit.kernelfile;

import static dev.vmexit.kernelfile.MultibootFile.ADDRESSES;
import static dev.vmexit.kernelfile.MultibootFile.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.linux.BootFailure;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Where a multiboot header may be, and what it may ask for.
class MultibootHeaderTest {
    private static final int HERE = 0x10_0000;

    private static byte[] file(int sizeBytes, int at, byte[] header) {
        byte[] file = new byte[sizeBytes];
        System.arraycopy(header, 0, file, at, Math.min(header.length, sizeBytes - at));
        return file;
    }

    private static Image image(int at, int... addresses) {
        return MultibootHeader.find(file(16384, at, header(ADDRESSES, addresses))).orElseThrow()
                .image();
    }

    private static void isRefused(byte[] file, String why) {
        assertThatThrownBy(() -> MultibootHeader.find(file).orElseThrow().image())
                .isInstanceOf(BootFailure.class).hasMessageContaining(why);
    }

    private static void isRefused(String why, int... addresses) {
        isRefused(file(16384, 64, header(ADDRESSES, addresses)), why);
    }

    @Test
    void it_lies_in_the_first_8_KiB_at_a_multiple_of_4_and_adds_up_to_0() {
        byte[] header = Arrays.copyOf(header(0), 12);
        assertThat(MultibootHeader.find(file(9000, 8180, header))).isPresent();
        assertThat(MultibootHeader.find(file(9000, 8184, header))).isEmpty();
        assertThat(MultibootHeader.find(file(100, 88, header))).isPresent();
        assertThat(MultibootHeader.find(file(99, 88, header))).isEmpty();
        assertThat(MultibootHeader.find(file(100, 62, header))).isEmpty();
        header[8]++;
        assertThat(MultibootHeader.find(file(100, 64, header))).isEmpty();
        assertThat(MultibootHeader.find(new byte[0])).isEmpty();
    }

    @Test
    void a_magic_with_a_wrong_sum_does_not_hide_the_header_after_it() {
        byte[] file = file(16384, 100, header(ADDRESSES, HERE, HERE, 0, 0, HERE));
        System.arraycopy(header(0), 0, file, 20, 8);
        assertThat(MultibootHeader.find(file).orElseThrow().image().parts().getFirst().contents()
                .byteSize()).isEqualTo(16384 - 100);
    }

    @Test
    void the_header_s_own_address_tells_which_byte_goes_to_load_addr() {
        Image image = image(0x400, HERE + 0x100, HERE, HERE + 0x800, HERE + 0x2000, HERE + 0x104);
        assertThat(image.entry()).isEqualTo(HERE + 0x104);
        Image.Part part = image.parts().getFirst();
        assertThat(part.start()).isEqualTo(HERE);
        assertThat(part.contents().byteSize()).isEqualTo(0x800);
        assertThat(part.contents().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0x100))
                .as("the magic's first byte").isEqualTo((byte) 0x02);
        assertThat(part.sizeBytes()).isEqualTo(0x2000);
    }

    @Test
    void without_an_end_all_of_the_file_is_loaded_and_no_zeros_follow() {
        Image.Part part = image(64, HERE, HERE, 0, 0, HERE).parts().getFirst();
        assertThat(part.contents().byteSize()).isEqualTo(16384 - 64);
        assertThat(part.sizeBytes()).isEqualTo(16384 - 64);
    }

    @Test
    void addresses_that_the_file_does_not_have_are_refused() {
        isRefused("before the file's first", HERE + 65, HERE, 0, 0, HERE);
        isRefused("before the file's first", HERE - 1, HERE, 0, 0, HERE);
        isRefused("load_end_addr", HERE, HERE, HERE - 1, 0, HERE);
        isRefused("load_end_addr", HERE, HERE, HERE + 16384 - 63, 0, HERE);
        isRefused("takes 256 bytes of the file and 255 of memory", HERE, HERE, HERE + 256,
                HERE + 255, HERE);
        isRefused("entry 0x100100 lies outside", HERE, HERE, HERE + 256, 0, HERE + 256);
        isRefused("first page", 0x800, 0x800, 0, 0, 0x800);
        isRefused(file(80, 64, header(ADDRESSES)), "header is cut short");
        isRefused(file(9000, 8176, header(ADDRESSES)), "header is cut short");
    }

    @Test
    void what_the_machine_does_not_have_is_refused() {
        isRefused(file(100, 0, header(1 << 2)), "wants a display");
        isRefused(file(100, 0, header(1 << 15)), "flags are 0x8000");
        isRefused(file(100, 0, header(3)), "no ELF file");
    }

    @Test
    void a_64_bit_ELF_file_is_told_how_to_become_one_of_32_bits() {
        isRefused(ElfFile.of64(HERE).load(HERE, header(0)).bytes(), "objcopy -O elf32-i386");
    }

    @Test
    void flags_above_bit_15_are_wishes() {
        byte[] file = ElfFile.of32(HERE).load(HERE, header(3 | 1 << 17)).bytes();
        assertThat(MultibootHeader.find(file).orElseThrow().image().entry()).isEqualTo(HERE);
    }
}
