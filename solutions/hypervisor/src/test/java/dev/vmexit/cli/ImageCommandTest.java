package dev.vmexit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `vmexit image`, as it is typed.
class ImageCommandTest {
    @TempDir
    private Path directory;

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private static String works(String... arguments) {
        Run run = Run.of(arguments);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        return run.out();
    }

    private static void isRefused(String why, String... arguments) {
        Run run = Run.of(arguments);
        assertThat(run.status()).isEqualTo(Main.FAILED);
        assertThat(run.err().strip()).startsWith("vmexit: ").contains(why).hasLineCount(1);
    }

    @Test
    void create_and_info_tell_one_fact_a_line() {
        works("image", "create", path("a.qcow2"), "3G");
        assertThat(works("image", "info", path("a.qcow2")).lines()).contains("format: qcow2",
                "disk size: 3221225472 bytes", "cluster size: 65536 bytes", "version: 3");
        works("image", "create", path("b"), "1M");
        assertThat(works("image", "info", path("b")).lines()).contains("format: raw",
                "disk size: 1048576 bytes");
        works("image", "create", "--backing", "a.qcow2", path("c"));
        assertThat(works("image", "info", path("c")).lines()).contains("backing file: a.qcow2",
                "backing format: qcow2", "disk size: 3221225472 bytes");
    }

    @Test
    void convert_there_and_back_changes_nothing() throws IOException {
        byte[] content = new byte[3 << 20];
        new Random(1).nextBytes(content);
        Files.write(directory.resolve("a.raw"), content);
        works("image", "convert", path("a.raw"), path("b.qcow2"));
        works("image", "check", path("b.qcow2"));
        works("image", "convert", "--format", "qcow2", path("b.qcow2"), path("c.raw"));
        assertThat(directory.resolve("c.raw")).hasBinaryContent(content);
    }

    @Test
    void snapshots_come_and_go() {
        String image = path("a.qcow2");
        works("image", "create", image, "64M");
        works("image", "snapshot", "--create", "clean", image);
        assertThat(works("image", "snapshot", image)).startsWith("1  clean  ").hasLineCount(1);
        works("image", "resize", image, "+64M");
        assertThat(works("image", "info", image)).contains("disk size: 134217728 bytes");
        works("image", "snapshot", "--apply", "clean", image);
        assertThat(works("image", "info", image)).contains("disk size: 67108864 bytes");
        works("image", "snapshot", "--delete", "clean", image);
        assertThat(works("image", "snapshot", image)).isEmpty();
    }

    @Test
    void check_tells_leaks_from_corruption_and_repairs_leaks() throws IOException {
        String image = path("a.qcow2");
        works("image", "create", image, "64M");
        setRefcount(image, 3, 0);
        Run corrupt = Run.of("image", "check", image);
        assertThat(corrupt.status()).isEqualTo(ImageCommand.CORRUPT);
        assertThat(corrupt.out()).as("the L1 table's count").contains("corruptions: 1");
        setRefcount(image, 3, 1);
        setRefcount(image, 9, 1);
        try (var file = new RandomAccessFile(image, "rw")) {
            file.setLength(16 << 16);
        }
        assertThat(Run.of("image", "check", image).status()).isEqualTo(ImageCommand.LEAKS);
        assertThat(works("image", "check", "--repair", image)).contains("leaked clusters: 1");
        assertThat(works("image", "check", image)).contains("leaked clusters: 0");
    }

    /// Of one of the first clusters, in an image that was just made.
    private static void setRefcount(String image, int cluster, int count) throws IOException {
        try (var file = new RandomAccessFile(image, "rw")) {
            file.seek((2 << 16) + cluster * 2L);
            file.writeShort(count);
        }
    }

    @Test
    void what_cannot_be_is_one_sentence() throws IOException {
        works("image", "create", path("a.qcow2"), "1M");
        isRefused("exists already", "image", "create", path("a.qcow2"), "1M");
        isRefused("must be said", "image", "create", path("b"));
        isRefused("\"big\" is no size", "image", "create", path("b"), "big");
        isRefused("more than a disk can have", "image", "create", path("b"), "99999P");
        isRefused("too many", "image", "create", "--cluster-size", "512", path("b.qcow2"), "1T");
        assertThat(directory.resolve("b.qcow2")).as("nothing is left of it").doesNotExist();
        isRefused("powers of two", "image", "create", "--cluster-size", "3K", path("b.qcow2"),
                "1M");
        isRefused("no whole sectors", "image", "create", path("b"), "100");
        isRefused("no backing file", "image", "create", "--format", "raw", "--backing",
                path("a.qcow2"), path("b"));
        isRefused("its directory does not exist", "image", "create", path("no/b"), "1M");
        isRefused("does not exist", "image", "info", path("no"));
        isRefused("is a directory", "image", "check", directory.toString());
        isRefused("shrinking", "image", "resize", path("a.qcow2"), "512K");
        isRefused("no snapshot called x", "image", "snapshot", "--apply", "x", path("a.qcow2"));
        Files.write(directory.resolve("raw"), new byte[512]);
        isRefused("no qcow2 image", "image", "check", path("raw"));
        assertThat(Run.of("image", "create", "--format", "vmdk", path("c"), "1M").status())
                .isEqualTo(Main.USAGE);
    }

    @Test
    void QEMU_agrees() throws IOException, InterruptedException {
        Path program = Path.of("/usr/bin/qemu-img");
        assumeTrue(Files.isExecutable(program), "qemu-img is not here (Debian: qemu-utils)");
        works("image", "create", "--cluster-size", "512", path("a.qcow2"), "100M");
        works("image", "snapshot", "--create", "one", path("a.qcow2"));
        works("image", "create", "--backing", path("a.qcow2"), path("b.qcow2"), "200M");
        for (String image : new String[]{"a.qcow2", "b.qcow2"}) {
            Process check = new ProcessBuilder(program.toString(), "check", path(image))
                    .redirectErrorStream(true).start();
            String said = new String(check.getInputStream().readAllBytes());
            assertThat(check.waitFor()).as(said).isZero();
        }
    }
}
