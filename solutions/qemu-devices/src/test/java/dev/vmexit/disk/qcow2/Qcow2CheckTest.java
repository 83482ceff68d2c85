package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.HostFile;
import dev.vmexit.disk.MemoryFile;
import dev.vmexit.disk.QemuImg;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same verdict as QEMU's on images whose refcounts or flags were changed.
class Qcow2CheckTest {
    private static final int CLUSTER_BITS = 12;
    private static final int BYTES = 1 << 20;

    @TempDir
    private Path directory;
    private byte[] image;
    private final byte[] oracle = new byte[BYTES];

    @BeforeEach
    void make() throws IOException {
        QemuImg.assumeHere();
        var file = new MemoryFile(new byte[0]);
        Qcow2Create.create(file, BYTES, CLUSTER_BITS, null);
        try (Disk disk = Qcow2Disk.open(file, null)) {
            new Workload(1, disk, oracle, 50_000).run(30);
        }
        image = file.bytes();
    }

    private int refcount(int cluster) {
        int block = (int) ByteBuffer.wrap(image)
                .getLong((int) ByteBuffer.wrap(image).getLong(Header.REFCOUNT_TABLE));
        return block + cluster * 2;
    }

    private Path agreed() throws IOException {
        Path path = Files.write(directory.resolve("image.qcow2"), image);
        QemuImg.Result theirs = QemuImg.check(path);
        Qcow2Check.Report ours = Qcow2Check.run(new MemoryFile(image));
        int status = ours.corruptions() > 0 ? 2 : ours.leaks() > 0 ? 3 : 0;
        assertThat(theirs.status()).as(theirs.output()).isEqualTo(status);
        if (ours.corruptions() > 0) {
            assertThat(theirs.output()).contains("\n" + ours.corruptions() + " errors");
        }
        if (ours.leaks() > 0) {
            assertThat(theirs.output()).contains("\n" + ours.leaks() + " leaked clusters");
        }
        return path;
    }

    @Test
    void random_refcounts_are_judged_as_QEMU_judges_them() throws IOException {
        byte[] sound = image;
        var random = new Random(3);
        agreed();
        for (int round = 0; round < 40; round++) {
            image = sound.clone();
            for (int i = 0; i <= random.nextInt(5); i++) {
                int cluster = random.nextInt(image.length >> CLUSTER_BITS);
                ByteBuffer.wrap(image).putShort(refcount(cluster), (short) random.nextInt(3));
            }
            agreed();
        }
    }

    @Test
    void repaired_leaks_are_gone_and_the_data_is_not() throws IOException {
        image = java.util.Arrays.copyOf(image, image.length + (5 << CLUSTER_BITS));
        int clusters = image.length >> CLUSTER_BITS;
        for (int cluster = clusters - 5; cluster < clusters; cluster++) {
            ByteBuffer.wrap(image).putShort(refcount(cluster), (short) 1);
        }
        Path path = agreed();
        try (HostFile file = HostFile.open(path, false)) {
            assertThat(Qcow2Check.repairLeaks(file).leaks()).isEqualTo(5);
            assertThat(Qcow2Check.run(file).problems()).isEmpty();
        }
        assertThat(QemuImg.check(path).status()).isZero();
        assertThat(QemuImg.content(path, directory)).isEqualTo(oracle);
    }
}
