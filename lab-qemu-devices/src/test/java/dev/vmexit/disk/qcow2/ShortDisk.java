package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A read-only disk whose sectors say which they are. Whoever reads over its end made a mistake.
record ShortDisk(long sizeBytes, String name) implements Disk {
    String text(long offset) {
        return name + offset / SECTOR_BYTES;
    }

    @Override
    public boolean readOnly() {
        return true;
    }

    @Override
    public void read(long offset, MemorySegment into) {
        if (offset < 0 || offset + into.byteSize() > sizeBytes) {
            throw new AssertionError("a read of %d bytes at %d, from a backing file of %d bytes"
                    .formatted(into.byteSize(), offset, sizeBytes));
        }
        for (long at = 0; at < into.byteSize(); at += SECTOR_BYTES) {
            into.asSlice(at, SECTOR_BYTES)
                    .copyFrom(MemorySegment.ofArray(PaperImage.sector(text(offset + at))));
        }
    }

    @Override
    public void write(long offset, MemorySegment from) throws IOException {
        throw new IOException("a backing file is never written");
    }

    @Override
    public void writeZeroes(long offset, long lengthBytes, boolean mayUnmap) throws IOException {
        throw new IOException("a backing file is never written");
    }

    @Override
    public boolean discards() {
        return false;
    }

    @Override
    public void discard(long offset, long lengthBytes) throws IOException {
        throw new IOException("a backing file is never written");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
