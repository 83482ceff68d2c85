package dev.vmexit.virtio;

import dev.vmexit.disk.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Moves sectors between a disk and the pieces of a buffer.
///
/// A driver may cut its buffer anywhere, also within a sector, and Linux cuts it into pages. One
/// piece goes to the disk as it is; several go through a buffer of ours: a copy costs less than a
/// call of the host's kernel for each page.
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
        through(pieces, offset, (at, buffer, scatter) -> {
            disk.read(at, buffer);
            scatter.copy(buffer, false);
        });
    }

    static void write(Disk disk, long offset, List<MemorySegment> pieces) throws IOException {
        if (isOne(pieces)) {
            disk.write(offset, pieces.getFirst());
            return;
        }
        through(pieces, offset, (at, buffer, scatter) -> {
            scatter.copy(buffer, true);
            disk.write(at, buffer);
        });
    }

    private static boolean isOne(List<MemorySegment> pieces) {
        return pieces.size() == 1 && pieces.getFirst().byteSize() % Disk.SECTOR_BYTES == 0;
    }

    private interface Step {
        void move(long at, MemorySegment buffer, Scatter scatter) throws IOException;
    }

    private static void through(List<MemorySegment> pieces, long offset, Step step)
            throws IOException {
        long total = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
        var scatter = new Scatter(pieces);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.min(STEP_BYTES, total));
            for (long done = 0; done < total;) {
                // Steps end where clusters do: a new one is written once.
                long end = (offset + done) / STEP_BYTES * STEP_BYTES + STEP_BYTES;
                long bytes = Math.min(end - offset - done, total - done);
                step.move(offset + done, buffer.asSlice(0, bytes), scatter);
                done += bytes;
            }
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
            within += bytes;
            if (within == piece.byteSize()) {
                index++;
                within = 0;
            }
        }
    }
}
