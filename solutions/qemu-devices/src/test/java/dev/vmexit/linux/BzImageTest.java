package dev.vmexit.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BzImageTest {
    @TempDir
    private Path directory;

    private void isRefused(byte[] file, String why) throws IOException {
        Path path = Kernels.write(directory, file);
        assertThatThrownBy(() -> BzImage.read(path)).isInstanceOf(BootFailure.class)
                .hasMessageContaining(path.toString()).hasMessageContaining(why);
    }

    @Test
    void the_protected_mode_part_begins_after_the_setup_sectors() throws IOException {
        byte[] file = Kernels.bzImage(4096);
        BzImage image = BzImage.read(Kernels.write(directory, file));
        assertThat(image.protectedMode()).isEqualTo(
                Arrays.copyOfRange(file, Kernels.SETUP_BYTES, file.length));
        assertThat(image.memoryEnd()).isEqualTo(0x200_0000);
    }

    @Test
    void a_file_that_is_cut_short_is_refused() throws IOException {
        isRefused(Arrays.copyOf(Kernels.bzImage(4096), Kernels.SETUP_BYTES + 100), "cut short");
        isRefused(Arrays.copyOf(Kernels.bzImage(4096), 600), "not a bzImage");
        isRefused(new byte[0], "not a bzImage");
    }

    @Test
    void a_text_file_is_called_one() throws IOException {
        isRefused("Hello, I am not a kernel.\n".repeat(60).getBytes(), "it is a text file");
    }

    @Test
    void an_ELF_file_is_called_one() throws IOException {
        byte[] elf = new byte[4096];
        elf[0] = 0x7F;
        elf[1] = 'E';
        elf[2] = 'L';
        elf[3] = 'F';
        isRefused(elf, "vmlinux");
    }

    @Test
    void an_old_protocol_and_a_kernel_without_a_64_bit_entry_are_refused() throws IOException {
        byte[] old = Kernels.bzImage(16);
        old[0x206] = 9;
        isRefused(old, "2.9 is older than 2.12");
        byte[] without = Kernels.bzImage(16);
        without[0x236] = 0;
        isRefused(without, "no 64-bit entry");
    }

    @Test
    void what_is_not_there_or_a_directory_is_said_so() {
        assertThatThrownBy(() -> BzImage.read(directory.resolve("none")))
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> BzImage.read(directory)).hasMessageContaining("is a directory");
    }

    @Test
    void a_device_is_refused_before_it_is_read() {
        Path zeros = Path.of("/dev/zero");
        assumeTrue(Files.exists(zeros), "this system has no /dev/zero");
        assertThatThrownBy(() -> BzImage.read(zeros)).isInstanceOf(BootFailure.class)
                .hasMessageContaining("is a device or a pipe");
    }

    @Test
    void random_headers_are_taken_or_refused_and_never_anything_else() throws IOException {
        var random = new Random(1);
        for (int i = 0; i < 3000; i++) {
            byte[] file = Kernels.bzImage(64);
            for (int change = random.nextInt(8); change >= 0; change--) {
                file[BzImage.HEADER + random.nextInt(0x7B)] = (byte) random.nextInt();
            }
            Path path = Files.write(directory.resolve("random"), file);
            try {
                BzImage image = BzImage.read(path);
                image.release();
                image.setupHeader();
                image.protectedMode();
            } catch (BootFailure refused) {
                assertThat(refused).hasMessageContaining("random");
            }
        }
    }
}
