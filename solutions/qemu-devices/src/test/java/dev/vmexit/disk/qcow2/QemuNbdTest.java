package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmexit.disk.Disk;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images served by QEMU's own block layer over NBD: what we wrote is read there, and what is
/// written there is read here, byte for byte.
///
/// @spec https://www.qemu.org/docs/master/tools/qemu-nbd.html QEMU, "QEMU Disk Network Block Device Server"
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QemuNbdTest {
    private static final Path PROGRAM = Path.of("/usr/bin/qemu-nbd");
    private static final int BYTES = 8 << 20;

    @TempDir
    private Path directory;
    private Path image;
    private Path raw;

    @BeforeEach
    void place() {
        QemuImg.assumeHere();
        assumeTrue(Files.isExecutable(PROGRAM), "qemu-nbd is not here (Debian: qemu-utils)");
        image = directory.resolve("disk.qcow2");
        raw = directory.resolve("content.raw");
    }

    private void create(int clusterBits) throws IOException {
        Files.createFile(image);
        try (ImageFile file = HostFile.open(image, false)) {
            Qcow2Create.create(file, BYTES, clusterBits, null);
        }
    }

    /// Serves the image to one client. The socket may be there a moment before it is listened at.
    private void serve(Object... clientOfUrl) throws Exception {
        Path socket = directory.resolve("socket");
        Process server = new ProcessBuilder(PROGRAM.toString(), "--socket=" + socket,
                "--format=qcow2", image.toString()).inheritIO().start();
        try {
            Object[] command = Arrays.stream(clientOfUrl)
                    .map(word -> word.equals("URL") ? "nbd+unix:///?socket=" + socket : word)
                    .toArray();
            while (!Files.exists(socket) && server.isAlive()) {
                Thread.sleep(10);
            }
            QemuImg.Result result = QemuImg.start(command);
            while (result.output().contains("Connection refused") && server.isAlive()) {
                result = QemuImg.start(command);
            }
            assertThat(result.status()).as(result.output()).isZero();
            assertThat(server.waitFor()).as("qemu-nbd's exit status").isZero();
        } finally {
            server.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 12, 16})
    void what_was_written_here_is_read_there(int clusterBits) throws Exception {
        create(clusterBits);
        byte[] oracle = new byte[BYTES];
        try (Disk disk = Disks.open(image, false)) {
            new Workload(clusterBits, disk, oracle, 200_000).run(200);
        }
        serve("convert", "-f", "raw", "-O", "raw", "URL", raw);
        assertThat(Arrays.mismatch(Files.readAllBytes(raw), oracle)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 12, 16})
    void what_was_written_there_is_read_and_written_on_here(int clusterBits) throws Exception {
        create(clusterBits);
        byte[] oracle = new byte[BYTES];
        new Random(clusterBits).nextBytes(oracle);
        Arrays.fill(oracle, BYTES / 4, BYTES / 2, (byte) 0);
        Files.write(raw, oracle);
        serve("convert", "-n", "-f", "raw", "-O", "raw", raw, "URL");
        byte[] here = new byte[BYTES];
        try (Disk disk = Disks.open(image, false)) {
            disk.read(0, MemorySegment.ofArray(here));
            assertThat(Arrays.mismatch(here, oracle)).isEqualTo(-1);
            new Workload(clusterBits, disk, oracle, 200_000).run(100);
        }
        QemuImg.Result check = QemuImg.check(image);
        assertThat(check.status()).as(check.output()).isZero();
        assertThat(Arrays.mismatch(QemuImg.content(image, directory), oracle)).isEqualTo(-1);
    }
}
