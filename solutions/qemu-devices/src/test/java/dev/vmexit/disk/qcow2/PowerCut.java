package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.Disks;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// The two halves of `acceptance/power-cut/run`: a writer that somebody kills, and what looks at
/// the image afterwards. Each is a process.
///
/// ```
///  the log, a line each   W sector count stamp   D sector count   F
///                         written            discarded        flushed, and acknowledged
/// ```
///
/// W and D are logged before the disk is asked, F after the disk has answered. So what may be on
/// the disk follows from the log. A sector is empty, or holds its stamp and its own number, 32
/// times.
final class PowerCut {
    private static final int MOST_SECTORS = 300;

    private PowerCut() {}

    /// `write IMAGE LOG ROUND` works until it is killed; `verify IMAGE LOG STATE` compares, and
    /// keeps in STATE which stamps it found, for the next round.
    public static void main(String[] arguments) throws IOException {
        Path image = Path.of(arguments[1]);
        Path log = Path.of(arguments[2]);
        switch (arguments[0]) {
            case "write" -> write(image, log, Integer.parseInt(arguments[3]));
            case "verify" -> verify(image, log, Path.of(arguments[3]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /// Ends with the process.
    private static void write(Path image, Path log, int round) throws IOException {
        var random = new Random(round);
        try (Disk disk = Disks.open(image, false);
                OutputStream out = new FileOutputStream(log.toFile())) {
            int sectors = (int) (disk.sizeBytes() / Disk.SECTOR_BYTES);
            for (int n = 1;; n++) {
                int count = 1 + random.nextInt(MOST_SECTORS);
                int sector = random.nextInt(sectors - count);
                long stamp = (long) round << 32 | n;
                switch (random.nextInt(8)) {
                    case 0 -> {
                        say(out, "D %d %d", sector, count);
                        disk.discard(bytes(sector), bytes(count));
                    }
                    case 1 -> {
                        say(out, "W %d %d 0", sector, count);
                        disk.writeZeroes(bytes(sector), bytes(count), random.nextBoolean());
                    }
                    case 2 -> {
                        disk.flush();
                        say(out, "F");
                    }
                    default -> {
                        say(out, "W %d %d %d", sector, count, stamp);
                        disk.write(bytes(sector), stamped(sector, count, stamp));
                    }
                }
            }
        }
    }

    /// In one write, unbuffered: the kernel has it when this returns.
    private static void say(OutputStream out, String format, Object... arguments)
            throws IOException {
        out.write((format.formatted(arguments) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static long bytes(int sectors) {
        return (long) sectors * Disk.SECTOR_BYTES;
    }

    private static MemorySegment stamped(int sector, int count, long stamp) {
        ByteBuffer bytes = ByteBuffer.allocate((int) bytes(count));
        while (bytes.hasRemaining()) {
            bytes.putLong(stamp).putLong(sector + bytes.position() / Disk.SECTOR_BYTES);
        }
        return MemorySegment.ofArray(bytes.array());
    }

    private static void verify(Path image, Path log, Path state) throws IOException {
        try (Disk disk = Disks.open(image, true)) {
            int sectors = (int) (disk.sizeBytes() / Disk.SECTOR_BYTES);
            var expected = new Expected(sectors, state);
            int flushes = 0;
            for (String line : wholeLines(log)) {
                expected.take(line.split(" "));
                flushes += line.equals("F") ? 1 : 0;
            }
            long[] found = new long[sectors];
            for (int sector = 0; sector < sectors; sector++) {
                found[sector] = stampOf(disk, sector);
                Set<Long> may = expected.possible.get(sector);
                if (!may.contains(found[sector])) {
                    throw new IllegalStateException("sector %d has %x and may have %s"
                            .formatted(sector, found[sector], may));
                }
            }
            ByteBuffer bytes = ByteBuffer.allocate(8 * sectors);
            bytes.asLongBuffer().put(found);
            Files.write(state, bytes.array());
            System.out.println(flushes + " flushes");
        }
    }

    /// The last line may have been cut off with its writer.
    private static List<String> wholeLines(Path log) throws IOException {
        String text = Files.readString(log, StandardCharsets.US_ASCII);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private static long stampOf(Disk disk, int sector) throws IOException {
        MemorySegment bytes = MemorySegment.ofArray(new byte[Disk.SECTOR_BYTES]);
        disk.read(bytes(sector), bytes);
        long stamp = bytes.asByteBuffer().getLong(0);
        MemorySegment whole = stamp == 0
                ? MemorySegment.ofArray(new byte[Disk.SECTOR_BYTES])
                : stamped(sector, 1, stamp);
        if (bytes.mismatch(whole) >= 0) {
            throw new IllegalStateException("sector %d is torn, or another's".formatted(sector));
        }
        return stamp;
    }

    /// For each sector the stamps it may have now, and those it may have after a flush.
    private static final class Expected {
        final List<Set<Long>> possible = new ArrayList<>();
        private final List<Set<Long>> newest = new ArrayList<>();

        Expected(int sectors, Path state) throws IOException {
            ByteBuffer before = Files.exists(state)
                    ? ByteBuffer.wrap(Files.readAllBytes(state))
                    : ByteBuffer.allocate(8 * sectors);
            for (int sector = 0; sector < sectors; sector++) {
                possible.add(Set.of(before.getLong()));
            }
            newest.addAll(possible);
        }

        void take(String[] words) {
            if (words[0].equals("F")) {
                for (int sector = 0; sector < possible.size(); sector++) {
                    possible.set(sector, newest.get(sector));
                }
                return;
            }
            boolean discarded = words[0].equals("D");
            int first = Integer.parseInt(words[1]);
            Long stamp = discarded ? 0L : Long.valueOf(words[3]);
            for (int n = first; n < first + Integer.parseInt(words[2]); n++) {
                possible.set(n, with(possible.get(n), stamp));
                newest.set(n, discarded ? with(newest.get(n), stamp) : Set.of(stamp));
            }
        }

        private static Set<Long> with(Set<Long> set, Long stamp) {
            var larger = new java.util.HashSet<>(set);
            larger.add(stamp);
            return Set.copyOf(larger);
        }
    }
}
