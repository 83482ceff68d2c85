package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.Disks;
import dev.vmexit.disk.HostFile;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.MemoryFile;
import dev.vmexit.disk.QemuImg;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Snapshots of ours are QEMU's, and the other way round.
class SnapshotsTest {
    private static final int BYTES = 4 << 20;

    @TempDir
    private Path directory;

    private void isSoundAndHolds(Path image, byte[] content) throws IOException {
        QemuImg.Result check = QemuImg.check(image);
        assertThat(check.status()).as(check.output()).isZero();
        assertThat(Arrays.mismatch(QemuImg.content(image, directory), content)).isEqualTo(-1);
    }

    private static byte[] work(Path image, long seed, byte[] before) throws IOException {
        byte[] oracle = before.clone();
        try (Disk disk = Disks.open(image, false)) {
            new Workload(seed, disk, oracle, 150_000).run(80);
        }
        return oracle;
    }

    private interface Change {
        void on(Snapshots snapshots) throws IOException;
    }

    private static void change(Path image, Change change) throws IOException {
        try (ImageFile file = HostFile.open(image, false)) {
            change.on(new Snapshots(file));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster_size=512", "cluster_size=64k", "cluster_size=2M",
            "cluster_size=4k,compat=0.10", "cluster_size=4k,refcount_bits=4"})
    void ours_and_QEMUs_are_the_same(String options) throws IOException {
        QemuImg.assumeHere();
        Path image = directory.resolve("disk.qcow2");
        QemuImg.run("create", "-f", "qcow2", "-o", options, image, BYTES);
        byte[] first = work(image, 1, new byte[BYTES]);
        change(image, snapshots -> snapshots.create("ours", Instant.ofEpochSecond(99)));
        byte[] second = work(image, 2, first);
        isSoundAndHolds(image, second);
        QemuImg.run("snapshot", "-c", "theirs", image);
        byte[] third = work(image, 3, second);
        isSoundAndHolds(image, third);
        QemuImg.run("snapshot", "-a", "ours", image);
        isSoundAndHolds(image, first);
        change(image, snapshots -> snapshots.apply("theirs"));
        isSoundAndHolds(image, second);
        isSoundAndHolds(image, work(image, 4, second).clone());
        try (ImageFile file = HostFile.open(image, true)) {
            assertThat(new Snapshots(file).list()).extracting(Snapshot::name)
                    .containsExactly("ours", "theirs");
        }
        QemuImg.run("snapshot", "-d", "ours", image);
        change(image, snapshots -> snapshots.apply("2"));
        change(image, snapshots -> snapshots.delete("theirs"));
        isSoundAndHolds(image, second);
    }

    @Test
    void what_cannot_be_is_said() throws IOException {
        var file = new MemoryFile(new byte[0]);
        Qcow2Create.create(file, BYTES, 16, null);
        var snapshots = new Snapshots(file);
        snapshots.create("one", Instant.EPOCH);
        assertThatThrownBy(() -> snapshots.create("one", Instant.EPOCH))
                .isInstanceOf(DiskFailure.class).hasMessageContaining("already");
        assertThatThrownBy(() -> snapshots.create("", Instant.EPOCH))
                .isInstanceOf(DiskFailure.class).hasMessageContaining("1 to 255 bytes");
        assertThatThrownBy(() -> snapshots.delete("two")).isInstanceOf(DiskFailure.class)
                .hasMessageContaining("no snapshot called two");
    }

    @Test
    void refcounts_of_one_bit_count_no_snapshot() throws IOException {
        QemuImg.assumeHere();
        Path image = directory.resolve("disk.qcow2");
        QemuImg.run("create", "-f", "qcow2", "-o", "refcount_bits=1", image, BYTES);
        byte[] content = work(image, 9, new byte[BYTES]);
        assertThatThrownBy(() -> change(image, s -> s.create("one", Instant.EPOCH)))
                .isInstanceOf(DiskFailure.class).hasMessageContaining("refcounts of 1 bits");
        isSoundAndHolds(image, content);
    }
}
