package dev.vmexit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.disk.qcow2.Header.Backing;
import dev.vmexit.disk.qcow2.Qcow2Create;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Chains of backing files, and what a header may not ask for.
class DisksTest {
    @TempDir
    private Path directory;

    private Path image(String name, Backing backing) throws IOException {
        Path path = Files.createFile(directory.resolve(name));
        try (ImageFile file = HostFile.open(path, false)) {
            Qcow2Create.create(file, 1 << 20, 12, backing);
        }
        return path;
    }

    private static void isRefused(Path path, String why) {
        assertThatThrownBy(() -> Disks.open(path, false)).isInstanceOf(DiskFailure.class)
                .hasMessageContaining(why);
        isClosed(path);
    }

    /// Nothing was left open.
    private static void isClosed(Path path) {
        try (HostFile file = HostFile.open(path, false)) {
            assertThat(file.readOnly()).isFalse();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_chain_of_64_images_and_no_longer() throws IOException {
        Files.write(directory.resolve("0"), filled(1 << 20));
        for (int i = 1; i <= 64; i++) {
            image(Integer.toString(i), new Backing(Integer.toString(i - 1),
                    i == 1 ? "raw" : "qcow2"));
        }
        try (Disk disk = Disks.open(directory.resolve("63"), false)) {
            byte[] back = new byte[1 << 20];
            disk.read(0, MemorySegment.ofArray(back));
            assertThat(back).isEqualTo(filled(1 << 20));
            disk.write(512, MemorySegment.ofArray(new byte[512]));
        }
        assertThat(Files.readAllBytes(directory.resolve("0"))).isEqualTo(filled(1 << 20));
        isRefused(directory.resolve("64"), "more are not opened");
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0x3C);
        return bytes;
    }

    @Test
    void loops_are_refused() throws IOException {
        isRefused(image("self", new Backing("self", "qcow2")), "its own backing file");
        image("b", new Backing("a", "qcow2"));
        isRefused(image("a", new Backing("b", "qcow2")), "its own backing file");
    }

    @Test
    void backing_files_that_are_not_opened() throws IOException {
        isRefused(image("missing", new Backing("nothing", "raw")), "does not exist");
        isRefused(image("format", new Backing("x", "vmdk")), "format vmdk");
        isRefused(image("url", new Backing("nbd://host/x", "raw")), "only files of this host");
        isRefused(image("json", new Backing("json:{}", "raw")), "only files of this host");
        isRefused(image("device", new Backing("/dev/zero", "raw")), "neither a file");
        isRefused(image("nul", new Backing("a\0b", "raw")), "is no path");
    }

    @Test
    void a_format_that_is_not_named_is_not_guessed() throws IOException {
        Path path = image("image", new Backing("base", "raw"));
        byte[] bytes = Files.readAllBytes(path);
        bytes[104] ^= 1;
        Files.write(path, bytes);
        isRefused(path, "does not say which format");
    }

    @Test
    void a_backing_file_in_use_is_refused_and_one_that_is_read_is_not() throws IOException {
        Files.write(directory.resolve("base"), filled(4096));
        Path first = image("first", new Backing("base", "raw"));
        Path second = image("second", new Backing("base", "raw"));
        try (Disk _ = Disks.open(first, false); Disk _ = Disks.open(second, false)) {
            assertThatThrownBy(() -> Disks.open(directory.resolve("base"), false))
                    .isInstanceOf(DiskFailure.class).hasMessageContaining("in use");
        }
        try (Disk _ = Disks.open(directory.resolve("base"), false)) {
            assertThatThrownBy(() -> Disks.open(first, false)).isInstanceOf(DiskFailure.class)
                    .hasMessageContaining("in use");
        }
    }
}
