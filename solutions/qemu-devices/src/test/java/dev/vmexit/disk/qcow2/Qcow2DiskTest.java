package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.Disks;
import dev.vmexit.disk.HostFile;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.QemuImg;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Images of QEMU's and of ours, each read and checked by both.
class Qcow2DiskTest {
    @TempDir
    private Path directory;
    private Path image;

    @BeforeEach
    void place() {
        QemuImg.assumeHere();
        image = directory.resolve("disk.qcow2");
    }

    private void isSoundAndHolds(byte[] content) throws IOException {
        QemuImg.Result check = QemuImg.check(image);
        assertThat(check.status()).as(check.output()).isZero();
        try (ImageFile file = HostFile.open(image, true)) {
            Qcow2Check.Report ours = Qcow2Check.run(file);
            assertThat(ours.problems()).isEmpty();
        }
        assertThat(Arrays.mismatch(QemuImg.content(image, directory), content)).isEqualTo(-1);
    }

    private Path random(int bytes, long seed) throws IOException {
        byte[] content = new byte[bytes];
        var random = new Random(seed);
        for (int at = 0; at + 4096 <= bytes; at += 4096) {
            Arrays.fill(content, at, at + 4096, (byte) random.nextInt(4));
        }
        return Files.write(directory.resolve("random.raw"), content);
    }

    @ParameterizedTest
    @CsvSource({"9, 3000000", "12, 9000000", "16, 20000256", "21, 50000384"})
    void an_image_of_ours_is_one_for_QEMU(int clusterBits, long roughBytes) throws IOException {
        byte[] oracle = new byte[(int) (roughBytes / 512 * 512)];
        Files.createFile(image);
        try (ImageFile file = HostFile.open(image, false)) {
            Qcow2Create.create(file, oracle.length, clusterBits, null);
        }
        isSoundAndHolds(oracle);
        try (Disk disk = Disks.open(image, false)) {
            new Workload(clusterBits, disk, oracle, 200_000).run(300);
        }
        isSoundAndHolds(oracle);
    }

    @ParameterizedTest
    @CsvSource({"512, 16, 1.1", "4k, 1, 1.1", "4k, 2, 1.1", "4k, 4, 1.1", "64k, 8, 1.1",
            "1k, 32, 1.1", "512, 64, 1.1", "2M, 16, 1.1", "64k, 16, 0.10"})
    void an_image_of_QEMUs_is_one_for_us(String cluster, int refcountBits, String compat)
            throws IOException {
        byte[] oracle = Files.readAllBytes(random(6 << 20, 1));
        QemuImg.run("convert", "-O", "qcow2", "-o", "cluster_size=" + cluster
                + ",refcount_bits=" + refcountBits + ",compat=" + compat,
                directory.resolve("random.raw"), image);
        try (Disk disk = Disks.open(image, false)) {
            new Workload(refcountBits, disk, oracle, 100_000).run(300);
        }
        isSoundAndHolds(oracle);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4k", "64k", "2M"})
    void compressed_clusters_are_read_and_replaced(String cluster) throws IOException {
        byte[] oracle = Files.readAllBytes(random(8 << 20, 2));
        QemuImg.run("convert", "-c", "-O", "qcow2", "-o", "cluster_size=" + cluster,
                directory.resolve("random.raw"), image);
        try (Disk disk = Disks.open(image, false)) {
            new Workload(3, disk, oracle, 100_000).run(200);
        }
        isSoundAndHolds(oracle);
    }

    @ParameterizedTest
    @CsvSource({"raw, 1.1", "qcow2, 1.1", "qcow2, 0.10"})
    void behind_the_end_of_a_shorter_backing_file_there_are_zeros(String format, String compat)
            throws IOException {
        byte[] base = Files.readAllBytes(random(3 << 20, 4));
        Path backing = directory.resolve("base." + format);
        QemuImg.run("convert", "-O", format, directory.resolve("random.raw"), backing);
        QemuImg.run("create", "-f", "qcow2", "-o", "compat=" + compat, "-b",
                backing.getFileName(), "-F", format, image, "5M");
        byte[] oracle = Arrays.copyOf(base, 5 << 20);
        try (Disk disk = Disks.open(image, false)) {
            new Workload(5, disk, oracle, 150_000).run(200);
        }
        isSoundAndHolds(oracle);
    }

    @Test
    void growing_hides_what_the_backing_file_has_there() throws IOException {
        Path base = random(4 << 20, 6);
        byte[] oracle = Arrays.copyOf(Files.readAllBytes(base), 100 << 20);
        Arrays.fill(oracle, 1 << 20, oracle.length, (byte) 0);
        QemuImg.run("create", "-f", "qcow2", "-o", "cluster_size=4k", "-b", base, "-F", "raw",
                image, "1M");
        try (Qcow2Disk disk = (Qcow2Disk) Disks.open(image, false)) {
            disk.grow(oracle.length);
            assertThatThrownBy(() -> disk.grow(512)).isInstanceOf(DiskFailure.class)
                    .hasMessageContaining("shrinking");
            new Workload(7, disk, oracle, 100_000).run(100);
        }
        isSoundAndHolds(oracle);
    }

    @Test
    void the_refcount_table_moves_when_it_is_full() throws IOException {
        Files.createFile(image);
        byte[] oracle = new byte[24 << 20];
        try (ImageFile file = HostFile.open(image, false)) {
            Qcow2Create.create(file, oracle.length, 9, null);
        }
        long before;
        try (ImageFile file = HostFile.open(image, true)) {
            before = Header.read(file).refcountTable().count();
        }
        new Random(8).nextBytes(oracle);
        try (Disk disk = Disks.open(image, false)) {
            disk.write(0, MemorySegment.ofArray(oracle));
        }
        isSoundAndHolds(oracle);
        try (ImageFile file = HostFile.open(image, true)) {
            assertThat(Header.read(file).refcountTable().count()).isGreaterThan((int) before);
        }
    }

    @Test
    void discarded_clusters_are_used_again() throws IOException {
        Files.createFile(image);
        try (ImageFile file = HostFile.open(image, false)) {
            Qcow2Create.create(file, 8 << 20, 16, null);
        }
        try (Disk disk = Disks.open(image, false)) {
            byte[] full = new byte[8 << 20];
            for (int round = 0; round < 5; round++) {
                Arrays.fill(full, (byte) (round + 1));
                disk.write(0, MemorySegment.ofArray(full));
                disk.discard(0, full.length);
                disk.flush();
            }
        }
        assertThat(Files.size(image)).isLessThan(10 << 20);
        isSoundAndHolds(new byte[8 << 20]);
    }
}
