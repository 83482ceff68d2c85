package dev.vmexit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawDiskTest {
    @TempDir
    private Path directory;

    private Path file(int bytes) throws IOException {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) 0x11);
        return Files.write(directory.resolve("disk.raw"), content);
    }

    private static void isRefused(Path path, boolean readOnly, String why) {
        assertThatThrownBy(() -> RawDisk.open(path, readOnly)).isInstanceOf(DiskFailure.class)
                .hasMessageContaining(path.toString()).hasMessageContaining(why);
    }

    @Test
    void what_is_written_is_in_the_file_at_its_offset() throws IOException {
        Path path = file(2048);
        byte[] sector = new byte[512];
        Arrays.fill(sector, (byte) 0x5A);
        try (Disk disk = RawDisk.open(path, false)) {
            disk.write(512, MemorySegment.ofArray(sector));
            disk.writeZeroes(1024, 512, true);
            disk.discard(0, 512);
            assertThat(disk.discards()).isFalse();
            disk.flush();
            byte[] back = new byte[512];
            disk.read(512, MemorySegment.ofArray(back));
            assertThat(back).isEqualTo(sector);
        }
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(path))).isEqualTo(
                "11".repeat(512) + "5a".repeat(512) + "00".repeat(512) + "11".repeat(512));
    }

    @Test
    void zeroing_a_large_hole_keeps_it_a_hole() throws IOException {
        Path path = file(512);
        try (ImageFile file = HostFile.open(path, false)) {
            file.setSize(200 << 20);
        }
        try (Disk disk = RawDisk.open(path, false)) {
            disk.writeZeroes(0, disk.sizeBytes(), true);
        }
        assertThat(Files.size(path)).isEqualTo(200 << 20);
        assertThat(diskBytes(path)).isLessThan(1 << 20);
    }

    private static long diskBytes(Path path) throws IOException {
        Process du = new ProcessBuilder("du", "-k", path.toString()).start();
        String[] words = new String(du.getInputStream().readAllBytes()).split("\\s");
        return Long.parseLong(words[0]) * 1024;
    }

    @Test
    void files_that_are_no_disk() throws IOException {
        isRefused(directory.resolve("no"), true, "does not exist");
        isRefused(directory, true, "is a directory");
        isRefused(Path.of("/dev/null"), true, "neither a file nor a block device");
        isRefused(file(513), true, "no multiple of 512");
    }

    @Test
    void one_writer_or_many_readers() throws IOException {
        Path path = file(512);
        try (Disk _ = RawDisk.open(path, false)) {
            isRefused(path, false, "in use");
            isRefused(path, true, "in use");
        }
        try (Disk _ = RawDisk.open(path, true)) {
            RawDisk.open(path, true).close();
            isRefused(path, false, "in use");
        }
        RawDisk.open(path, false).close();
    }

    @Test
    void another_process_sees_the_lock() throws IOException {
        QemuImg.assumeHere();
        Path path = file(512);
        Disk first = RawDisk.open(path, false);
        try (first) {
            assertThatThrownBy(() -> RawDisk.open(path, true)).isInstanceOf(DiskFailure.class);
            assertThat(QemuImg.start("resize", "-f", "raw", path, "4k").output()).contains("lock");
        }
        QemuImg.run("resize", "-f", "raw", path, "4k");
    }

    @Test
    void a_reader_writes_nothing() throws IOException {
        try (Disk disk = RawDisk.open(file(512), true)) {
            assertThat(disk.readOnly()).isTrue();
            MemorySegment sector = MemorySegment.ofArray(new byte[512]);
            assertThatThrownBy(() -> disk.write(0, sector)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> disk.discard(0, 512)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> disk.writeZeroes(0, 512, true))
                    .isInstanceOf(IOException.class).hasMessageContaining("read-only");
        }
    }

    @Test
    void ranges_outside_the_disk_are_the_callers_mistake() throws IOException {
        try (Disk disk = RawDisk.open(file(1024), false)) {
            for (long[] range : new long[][]{{1024, 512}, {-512, 512}, {0, 1536}, {1, 512},
                    {0, 100}, {Long.MAX_VALUE - 511, 512}}) {
                assertThatThrownBy(() -> disk.discard(range[0], range[1]))
                        .as(Arrays.toString(range)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void an_interrupted_thread_leaves_the_file_open() throws IOException {
        Disk disk = RawDisk.open(file(512), false);
        try (disk) {
            Thread.currentThread().interrupt();
            disk.write(0, MemorySegment.ofArray(new byte[512]));
            disk.flush();
            assertThat(Thread.interrupted()).isTrue();
            disk.read(0, MemorySegment.ofArray(new byte[512]));
        }
        assertThatThrownBy(() -> disk.read(0, MemorySegment.ofArray(new byte[512])))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void a_guest_cannot_turn_a_guessed_raw_disk_into_qcow2() throws IOException {
        Path path = file(512);
        byte[] sector = new byte[512];
        System.arraycopy(new byte[]{'Q', 'F', 'I', (byte) 0xFB}, 0, sector, 0, 4);
        try (Disk disk = Disks.open(path, false)) {
            assertThatThrownBy(() -> disk.write(0, MemorySegment.ofArray(sector)))
                    .isInstanceOf(IOException.class).hasMessageContaining("say that it is raw");
        }
        try (Disk disk = Disks.openAs(path, ImageFormat.RAW, false)) {
            disk.write(0, MemorySegment.ofArray(sector));
        }
    }
}
