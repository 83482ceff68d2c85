package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.MemoryFile;
import dev.vmexit.disk.MemoryFile.Write;
import dev.vmexit.disk.QemuImg;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The host dies after each write in turn: once with all earlier writes on its disk, once with any
/// of those since the last flush. What is left is consistent or leaks, and what the guest has
/// flushed is there.
class PowerFailureTest {
    private static final int SECTORS = 1024;

    @TempDir
    private Path directory;
    private final List<List<Set<Integer>>> statesAtLog = new ArrayList<>();
    /// For each sector the stamps it may have if the host dies now, and those it may have later.
    private final List<Set<Integer>> possible = new ArrayList<>();
    private final List<Set<Integer>> newest = new ArrayList<>();
    private MemoryFile file;
    private byte[] start;

    private void begin(int clusterBits, boolean full) throws IOException {
        var empty = new MemoryFile(new byte[0]);
        Qcow2Create.create(empty, SECTORS * 512L, clusterBits, null);
        if (full) {
            try (Disk disk = Qcow2Disk.open(empty, null)) {
                disk.write(0, MemorySegment.ofArray(stamped(SECTORS, 7)));
            }
            new Snapshots(empty).create("first", Instant.EPOCH);
        }
        start = empty.bytes();
        file = new MemoryFile(start);
        for (int i = 0; i < SECTORS; i++) {
            possible.add(Set.of(full ? 7 : 0));
            newest.add(Set.of(full ? 7 : 0));
        }
        file.onLog = () -> statesAtLog.add(List.copyOf(possible));
    }

    private static byte[] stamped(int sectors, int stamp) {
        ByteBuffer bytes = ByteBuffer.allocate(sectors * 512);
        while (bytes.hasRemaining()) {
            bytes.putInt(stamp);
        }
        return bytes.array();
    }

    private void may(int from, int count, int stamp, boolean keepsOld) {
        for (int i = from; i < from + count; i++) {
            possible.set(i, with(possible.get(i), stamp));
            newest.set(i, keepsOld ? with(newest.get(i), stamp) : Set.of(stamp));
        }
    }

    private static Set<Integer> with(Set<Integer> set, int stamp) {
        var larger = new HashSet<>(set);
        larger.add(stamp);
        return Set.copyOf(larger);
    }

    private void flush(Disk disk) throws IOException {
        disk.flush();
        for (int i = 0; i < SECTORS; i++) {
            possible.set(i, newest.get(i));
        }
    }

    private void requests(long seed, int count) throws IOException {
        var random = new Random(seed);
        try (Disk disk = Qcow2Disk.open(file, null)) {
            for (int i = 0; i < count; i++) {
                int length = 1 + random.nextInt(24);
                int from = random.nextInt(SECTORS - length);
                switch (random.nextInt(8)) {
                    case 0 -> {
                        may(from, length, 0, true);
                        disk.discard(from * 512L, length * 512L);
                    }
                    case 1 -> {
                        may(from, length, 0, false);
                        disk.writeZeroes(from * 512L, length * 512L, random.nextBoolean());
                    }
                    case 2, 3 -> flush(disk);
                    default -> {
                        may(from, length, 100 + i, false);
                        disk.write(from * 512L,
                                MemorySegment.ofArray(stamped(length, 100 + i)));
                    }
                }
            }
        }
    }

    private void isSound(byte[] image, int cut) throws IOException {
        Qcow2Check.Report ours = Qcow2Check.run(new MemoryFile(image));
        assertThat(ours.corruptions()).as("cut at %d: %s", cut, ours.problems()).isZero();
        List<Set<Integer>> state = statesAtLog.get(cut);
        try (Disk disk = Qcow2Disk.open(new MemoryFile(image), null)) {
            byte[] content = new byte[SECTORS * 512];
            disk.read(0, MemorySegment.ofArray(content));
            ByteBuffer words = ByteBuffer.wrap(content);
            for (int i = 0; i < content.length; i += 4) {
                int sector = i / 512;
                int word = words.getInt(i);
                assertThat(state.get(sector).contains(word))
                        .as("cut at %d, sector %d: %d of %s", cut, sector, word,
                                state.get(sector))
                        .isTrue();
            }
        }
    }

    private void qemuAgrees(byte[] image, int cut) throws IOException {
        Path path = Files.write(directory.resolve("cut.qcow2"), image);
        QemuImg.Result theirs = QemuImg.check(path);
        Qcow2Check.Report ours = Qcow2Check.run(new MemoryFile(image));
        assertThat(theirs.status()).as("cut at %d: %s", cut, theirs.output())
                .isEqualTo(ours.leaks() > 0 ? 3 : 0);
        if (ours.leaks() > 0) {
            assertThat(theirs.output()).contains("\n" + ours.leaks() + " leaked clusters");
        }
    }

    private void dieEverywhere() throws IOException {
        var random = new Random(1);
        for (int cut = 0; cut < file.log.size(); cut++) {
            List<Write> before = file.log.subList(0, cut);
            byte[] image = MemoryFile.replay(start, before);
            isSound(image, cut);
            qemuAgrees(image, cut);
            int flushed = before.lastIndexOf(null) + 1;
            List<Write> some = new ArrayList<>(before.subList(0, flushed));
            before.subList(flushed, cut).stream().filter(_ -> random.nextBoolean())
                    .forEach(some::add);
            isSound(MemoryFile.replay(start, some), cut);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 10, 12})
    void while_the_guest_works(int clusterBits) throws IOException {
        QemuImg.assumeHere();
        begin(clusterBits, false);
        requests(clusterBits, 40);
        dieEverywhere();
        assertThat(file.log.size()).as("how often the host died").isGreaterThan(60);
    }

    @Test
    void while_the_guest_writes_over_a_snapshot() throws IOException {
        QemuImg.assumeHere();
        begin(9, true);
        requests(77, 24);
        dieEverywhere();
    }

    @Test
    void while_snapshots_are_made_and_deleted() throws IOException {
        QemuImg.assumeHere();
        begin(9, true);
        var snapshots = new Snapshots(file);
        snapshots.create("second", Instant.EPOCH);
        requests(78, 10);
        snapshots.delete("first");
        snapshots.delete("second");
        dieEverywhere();
    }

    /// Refcounts of 64 bits fill a table of one cluster with 2 MiB.
    @Test
    void while_the_refcount_table_moves() throws IOException {
        QemuImg.assumeHere();
        Path path = directory.resolve("wide.qcow2");
        QemuImg.run("create", "-f", "qcow2", "-o", "cluster_size=512,refcount_bits=64", path,
                "3M");
        start = Files.readAllBytes(path);
        file = new MemoryFile(start);
        file.onLog = () -> statesAtLog.add(List.copyOf(possible));
        for (int i = 0; i < SECTORS; i++) {
            possible.add(Set.of(0, 1));
        }
        try (Disk disk = Qcow2Disk.open(file, null)) {
            disk.write(0, MemorySegment.ofArray(stamped(3 * 2048, 1)));
        }
        int move = 0;
        while (file.log.get(move) == null || file.log.get(move).offset() != 48) {
            move++;
        }
        for (int cut = move - 20; cut < move + 20; cut++) {
            byte[] image = MemoryFile.replay(start, file.log.subList(0, cut));
            isSound(image, cut);
            qemuAgrees(image, cut);
        }
    }

    @Test
    void while_the_disk_grows() throws IOException {
        QemuImg.assumeHere();
        begin(9, true);
        try (Qcow2Disk disk = Qcow2Disk.open(file, null)) {
            disk.grow(20 << 20);
        }
        dieEverywhere();
    }
}
