package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.MemoryFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Metadata changed at random: whatever is done with such an image ends, and ends well or with a
/// [DiskFailure] or an [IOException].
class HostileImageTest {
    private static byte[] image(int clusterBits) throws IOException {
        var file = new MemoryFile(new byte[0]);
        Qcow2Create.create(file, 256 << 10, clusterBits, null);
        byte[] oracle = new byte[256 << 10];
        try (Disk disk = Qcow2Disk.open(file, null)) {
            new Workload(1, disk, oracle, 20_000).run(30);
        }
        new Snapshots(file).create("one", Instant.EPOCH);
        try (Disk disk = Qcow2Disk.open(file, null)) {
            new Workload(2, disk, oracle, 20_000).run(10);
        }
        return file.bytes();
    }

    private interface Use {
        void run() throws IOException;
    }

    /// {@return whether it went well}
    private static boolean survives(Use use) {
        try {
            use.run();
            return true;
        } catch (DiskFailure | IOException documented) {
            assertThat(documented.getMessage()).isNotBlank();
            return false;
        }
    }

    private static void use(byte[] image, Random random) {
        survives(() -> Qcow2Check.run(new MemoryFile(image)));
        survives(() -> Qcow2Check.repairLeaks(new MemoryFile(image)));
        survives(() -> new Snapshots(new MemoryFile(image)).apply("one"));
        survives(() -> new Snapshots(new MemoryFile(image)).delete("one"));
        survives(() -> new Snapshots(new MemoryFile(image)).create("two", Instant.EPOCH));
        survives(() -> {
            try (Qcow2Disk disk = Qcow2Disk.open(new MemoryFile(image), null)) {
                long end = Math.min(disk.sizeBytes(), 256 << 10);
                for (long at = 0; at < end; at += 16_384) {
                    MemorySegment piece = MemorySegment
                            .ofArray(new byte[(int) Math.min(16_384, end - at)]);
                    long from = at;
                    survives(() -> disk.read(from, piece));
                    if (random.nextBoolean()) {
                        survives(() -> disk.write(from, piece));
                    } else {
                        survives(() -> disk.discard(from, piece.byteSize()));
                    }
                }
                survives(disk::flush);
                survives(() -> disk.grow(disk.sizeBytes() + (1 << 20)));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 12, 16})
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void random_bytes_anywhere_in_the_metadata(int clusterBits) throws IOException {
        byte[] image = image(clusterBits);
        var random = new Random(clusterBits);
        int[] tables = tables(image, clusterBits);
        for (int round = 0; round < 400; round++) {
            byte[] hostile = image.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                int table = tables[random.nextInt(tables.length)];
                int at = table + random.nextInt(round % 2 == 0 ? 112 : 1 << clusterBits);
                hostile[at] = (byte) (random.nextBoolean()
                        ? random.nextInt()
                        : hostile[at] ^ 1 << random.nextInt(8));
            }
            use(hostile, random);
        }
    }

    private static int[] tables(byte[] image, int clusterBits) {
        ByteBuffer b = ByteBuffer.wrap(image);
        int l1 = (int) b.getLong(40);
        int refcountTable = (int) b.getLong(48);
        return new int[]{0, 0, l1, (int) (b.getLong(l1) & L2Entry.OFFSET), refcountTable,
                (int) b.getLong(refcountTable), (int) b.getLong(64)};
    }

    @Test
    void an_untouched_image_is_sound() throws IOException {
        byte[] image = image(12);
        assertThat(Qcow2Check.run(new MemoryFile(image)).problems()).isEmpty();
        assertThat(survives(() -> new Snapshots(new MemoryFile(image)).apply("one"))).isTrue();
    }
}
