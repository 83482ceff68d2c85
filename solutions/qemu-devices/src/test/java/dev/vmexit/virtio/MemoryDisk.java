package dev.vmexit.virtio;

import dev.vmexit.disk.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A disk in an array, that refuses what [Disk] says may not be asked, and breaks on request.
final class MemoryDisk implements Disk {
    final byte[] bytes;
    private final boolean readOnly;
    boolean broken;
    boolean discards = true;
    int flushes;

    MemoryDisk(int sectors, boolean readOnly) {
        this.bytes = new byte[sectors * SECTOR_BYTES];
        this.readOnly = readOnly;
    }

    private void check(long offset, long length, boolean change) throws IOException {
        if ((offset | length) % SECTOR_BYTES != 0 || offset < 0 || length < 0
                || offset > bytes.length - length) {
            throw new IllegalArgumentException(length + " at " + offset);
        }
        if (broken || change && readOnly) {
            throw new IOException("broken");
        }
    }

    @Override
    public long sizeBytes() {
        return bytes.length;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public void read(long offset, MemorySegment into) throws IOException {
        check(offset, into.byteSize(), false);
        into.copyFrom(MemorySegment.ofArray(bytes).asSlice(offset, into.byteSize()));
    }

    @Override
    public void write(long offset, MemorySegment from) throws IOException {
        check(offset, from.byteSize(), true);
        MemorySegment.ofArray(bytes).asSlice(offset, from.byteSize()).copyFrom(from);
    }

    @Override
    public void writeZeroes(long offset, long length, boolean mayUnmap) throws IOException {
        check(offset, length, true);
        MemorySegment.ofArray(bytes).asSlice(offset, length).fill((byte) 0);
    }

    @Override
    public void discard(long offset, long length) throws IOException {
        writeZeroes(offset, length, true);
    }

    @Override
    public boolean discards() {
        return discards;
    }

    @Override
    public void flush() throws IOException {
        check(0, 0, false);
        flushes++;
    }

    @Override
    public void close() {}
}
