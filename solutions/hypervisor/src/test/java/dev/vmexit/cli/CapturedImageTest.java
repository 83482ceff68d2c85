package dev.vmexit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bytes of qcow2 images that the book shows, as `od -A x -t x1` prints them, are those that
/// the commands make. `-Dcapture=write` writes them anew.
class CapturedImageTest {
    private static final Path CAPTURES = Path.of("../../chapters/_output");
    private static final int DATA = 10 << 20;

    @TempDir
    private Path directory;
    private byte[] image;

    /// A disk of 64 MiB with five bytes in it, at 10 MiB.
    private Path disk() throws IOException {
        byte[] content = new byte[64 << 20];
        System.arraycopy("hello".getBytes(), 0, content, DATA, 5);
        Path raw = Files.write(directory.resolve("disk.raw"), content);
        Path disk = directory.resolve("disk.qcow2");
        run("image convert", raw, disk);
        image = Files.readAllBytes(disk);
        return disk;
    }

    private static void run(String command, Path... files) {
        String all = command + " " + String.join(" ",
                Arrays.stream(files).map(Path::toString).toList());
        Run done = Run.of(all.split(" "));
        assertThat(done.status()).as(done.err()).isZero();
    }

    private String bytes(int offset, int count) {
        var text = new StringBuilder();
        for (int at = offset; at < offset + count; at += 16) {
            byte[] line = Arrays.copyOfRange(image, at, Math.min(at + 16, offset + count));
            text.append("%06x %s%n".formatted(at, HexFormat.ofDelimiter(" ").formatHex(line)));
        }
        return text.toString();
    }

    private static void isCaptured(String printed, String name) throws IOException {
        Path capture = CAPTURES.resolve(name);
        if (System.getProperty("capture", "").equals("write")) {
            Files.writeString(capture, printed);
        }
        assertThat(printed).as(name).isEqualTo(Files.readString(capture));
    }

    @Test
    void the_tables_of_a_disk_with_one_cluster() throws IOException {
        disk();
        isCaptured(bytes(0x18, 48), "qcow2-header.txt");
        isCaptured(bytes(0x3_0000, 8) + bytes(0x4_0500, 8) + bytes(0x5_0000, 5),
                "qcow2-lookup.txt");
        isCaptured(bytes(0x2_0000, 16), "qcow2-refcounts.txt");
    }

    @Test
    void a_snapshot_switches_the_header_and_counts_the_data_twice() throws IOException {
        Path disk = disk();
        run("image snapshot --create clean", disk);
        image = Files.readAllBytes(disk);
        isCaptured(bytes(0x18, 48), "qcow2-snapshot-header.txt");
        isCaptured(bytes(0x7_0000, 8) + bytes(0x6_0500, 8) + bytes(0x9_0000, 22),
                "qcow2-snapshot-tables.txt");
    }
}
