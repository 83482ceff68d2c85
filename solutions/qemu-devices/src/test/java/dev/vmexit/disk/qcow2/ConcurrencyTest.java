package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.MemoryFile;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConcurrencyTest {
    private static final int THREADS = 8;
    private static final int SECTORS = 4096;

    /// Thread t has the sectors that are t modulo 8: every cluster is everybody's.
    private static Callable<Void> writer(Disk disk, int thread) {
        return () -> {
            var random = new Random(thread);
            byte[] sector = new byte[512];
            for (int i = 0; i < 600; i++) {
                int at = random.nextInt(SECTORS / THREADS) * THREADS + thread;
                Arrays.fill(sector, (byte) (thread + 1));
                disk.write(at * 512L, MemorySegment.ofArray(sector));
                disk.read(at * 512L, MemorySegment.ofArray(sector));
                assertThat(sector).containsOnly(thread + 1);
                if (i % 50 == 0) {
                    disk.flush();
                }
            }
            return null;
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 12, 16})
    void threads_that_share_clusters_do_not_lose_writes(int clusterBits) throws Exception {
        var file = new MemoryFile(new byte[0]);
        Qcow2Create.create(file, SECTORS * 512L, clusterBits, null);
        try (Disk disk = Qcow2Disk.open(file, null)) {
            all(IntStream.range(0, THREADS).mapToObj(t -> writer(disk, t)).toList());
        }
        try (Disk disk = Qcow2Disk.open(file, null)) {
            for (int thread = 0; thread < THREADS; thread++) {
                writtenBy(disk, thread);
            }
        }
        assertThat(Qcow2Check.run(file).problems()).isEmpty();
    }

    private static void writtenBy(Disk disk, int thread) throws Exception {
        var random = new Random(thread);
        byte[] sector = new byte[512];
        for (int i = 0; i < 600; i++) {
            int at = random.nextInt(SECTORS / THREADS) * THREADS + thread;
            disk.read(at * 512L, MemorySegment.ofArray(sector));
            assertThat(sector).containsOnly(thread + 1);
        }
    }

    /// Thread t has an eighth of the disk, so freed clusters go from one to another.
    private static Callable<Void> owner(Disk disk, int thread) {
        return () -> {
            int bytes = SECTORS / THREADS * 512;
            byte[] part = new byte[bytes];
            for (int round = 0; round < 12; round++) {
                Arrays.fill(part, (byte) (thread * 16 + round + 1));
                disk.write((long) thread * bytes, MemorySegment.ofArray(part));
                byte[] back = new byte[bytes];
                disk.read((long) thread * bytes, MemorySegment.ofArray(back));
                assertThat(Arrays.mismatch(part, back)).isEqualTo(-1);
                disk.discard((long) thread * bytes, bytes);
                disk.flush();
            }
            return null;
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 16})
    void freed_clusters_go_from_thread_to_thread(int clusterBits) throws Exception {
        var file = new MemoryFile(new byte[0]);
        Qcow2Create.create(file, SECTORS * 512L, clusterBits, null);
        try (Disk disk = Qcow2Disk.open(file, null)) {
            all(IntStream.range(0, THREADS).mapToObj(t -> owner(disk, t)).toList());
        }
        assertThat(Qcow2Check.run(file).problems()).isEmpty();
    }

    private static void all(java.util.List<Callable<Void>> tasks) throws Exception {
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (Future<Void> future : threads.invokeAll(tasks)) {
                future.get();
            }
        }
    }
}
