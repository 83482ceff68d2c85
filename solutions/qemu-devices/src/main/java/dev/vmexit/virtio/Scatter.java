package dev.vmexit.virtio;

import dev.vmexit.disk.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Moves sectors between a disk and the pieces of a buffer.
///
/// A driver may cut its buffer anywhere, also within a sector, and Linux cuts it into pages, unless
/// they happen to follow one another. What is one piece goes to the disk as it is; several go
/// through a buffer of ours: a copy costs less than a call of the host's kernel for each page.
final class Scatter {
    private static final int STEP_BYTES = 64 << 10;

    private final List<MemorySegment> pieces;
    /// The next piece, and how much of it is done.
    private int index;
    private long within;

    private Scatter(List<MemorySegment> pieces) {
        this.pieces = pieces;
    }

    static void read(Disk disk, long offset, List<MemorySegment> pieces) throws IOException {
        if (isOne(pieces)) {
            disk.read(offset, pieces.getFirst());
            return;
        }
        through(pieces, offset, disk::read, false);
    }

    static void write(Disk disk, long offset, List<MemorySegment> pieces) throws IOException {
        if (isOne(pieces)) {
            disk.write(offset, pieces.getFirst());
            return;
        }
        through(pieces, offset, disk::write, true);
    }

    private static boolean isOne(List<MemorySegment> pieces) {
        return pieces.size() == 1 && pieces.getFirst().byteSize() % Disk.SECTOR_BYTES == 0;
    }

    private interface Transfer {
        void move(long offset, MemorySegment memory) throws IOException;
    }

    private static void through(List<MemorySegment> pieces, long offset, Transfer disk,
            boolean toDisk) throws IOException {
        long total = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
        var scatter = new Scatter(pieces);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.min(STEP_BYTES, total));
            for (long done = 0; done < total;) {
                // Steps end where clusters do: a new one is written once.
                long end = (offset + done) / STEP_BYTES * STEP_BYTES + STEP_BYTES;
                long bytes = Math.min(end - offset - done, total - done);
                scatter.step(disk, offset + done, buffer.asSlice(0, bytes), toDisk);
                done += bytes;
            }
        }
    }

    private void step(Transfer disk, long offset, MemorySegment buffer, boolean toDisk)
            throws IOException {
        long bytes = buffer.byteSize();
        MemorySegment piece = pieces.get(index);
        if (piece.byteSize() - within >= bytes) {
            disk.move(offset, piece.asSlice(within, bytes));
            advance(bytes);
            return;
        }
        if (toDisk) {
            copy(buffer, true);
        }
        disk.move(offset, buffer);
        if (!toDisk) {
            copy(buffer, false);
        }
    }

    /// Between `part` and as many of the next bytes of the pieces.
    private void copy(MemorySegment part, boolean gather) {
        for (long done = 0; done < part.byteSize();) {
            MemorySegment piece = pieces.get(index);
            long bytes = Math.min(piece.byteSize() - within, part.byteSize() - done);
            MemorySegment inPiece = piece.asSlice(within, bytes);
            MemorySegment inPart = part.asSlice(done, bytes);
            (gather ? inPart : inPiece).copyFrom(gather ? inPiece : inPart);
            done += bytes;
            advance(bytes);
        }
    }

    private void advance(long bytes) {
        within += bytes;
        if (within == pieces.get(index).byteSize()) {
            index++;
            within = 0;
        }
    }
}
