package dev.vmexit.virtio;

import dev.vmexit.disk.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Moves sectors between a disk and the pieces of a buffer.
///
/// A driver may cut its buffer anywhere, also within a sector; then the data goes through a buffer
/// of ours.
final class Scatter {
    private static final int STEP_BYTES = 64 << 10;

    private Scatter() {}

    static void read(Disk disk, long offset, List<MemorySegment> pieces) throws IOException {
        if (inSectors(pieces)) {
            long at = offset;
            for (MemorySegment piece : pieces) {
                disk.read(at, piece);
                at += piece.byteSize();
            }
            return;
        }
        through(pieces, offset, (at, buffer, copy) -> {
            disk.read(at, buffer);
            copy.run();
        }, false);
    }

    static void write(Disk disk, long offset, List<MemorySegment> pieces) throws IOException {
        if (inSectors(pieces)) {
            long at = offset;
            for (MemorySegment piece : pieces) {
                disk.write(at, piece);
                at += piece.byteSize();
            }
            return;
        }
        through(pieces, offset, (at, buffer, copy) -> {
            copy.run();
            disk.write(at, buffer);
        }, true);
    }

    private static boolean inSectors(List<MemorySegment> pieces) {
        return pieces.stream().allMatch(piece -> piece.byteSize() % Disk.SECTOR_BYTES == 0);
    }

    private interface Step {
        void move(long at, MemorySegment buffer, Runnable copy) throws IOException;
    }

    private static void through(List<MemorySegment> pieces, long offset, Step step, boolean gather)
            throws IOException {
        long total = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(STEP_BYTES);
            for (long done = 0; done < total; done += STEP_BYTES) {
                long start = done;
                MemorySegment part = buffer.asSlice(0, Math.min(STEP_BYTES, total - done));
                step.move(offset + done, part, () -> copy(pieces, start, part, gather));
            }
        }
    }

    /// Between `part` and the bytes of the pieces from `start` on.
    private static void copy(List<MemorySegment> pieces, long start, MemorySegment part,
            boolean gather) {
        long before = 0;
        for (MemorySegment piece : pieces) {
            long from = Math.max(start, before);
            long to = Math.min(start + part.byteSize(), before + piece.byteSize());
            if (from < to) {
                MemorySegment inPiece = piece.asSlice(from - before, to - from);
                MemorySegment inPart = part.asSlice(from - start, to - from);
                (gather ? inPart : inPiece).copyFrom(gather ? inPiece : inPart);
            }
            before += piece.byteSize();
        }
    }
}
