package dev.vmexit.virtio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskRange;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A disk that keeps a list of what it is asked, and fails on request. Each sector is full of its
/// own number until it is written.
final class RecordingDisk implements Disk {
    final List<String> asked = new ArrayList<>();
    final byte[] bytes;
    /// What it says of itself.
    long sizeBytes;
    boolean readOnly;
    /// What it fails with; null if it works.
    IOException failure;

    RecordingDisk(int sectors) {
        bytes = new byte[sectors * SECTOR_BYTES];
        sizeBytes = bytes.length;
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = (byte) (at / SECTOR_BYTES);
        }
    }

    private void ask(String what, long offset, long length) throws IOException {
        DiskRange.check(sizeBytes, offset, length);
        asked.add("%s %d+%d".formatted(what, offset / SECTOR_BYTES, length / SECTOR_BYTES));
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public boolean discards() {
        return true;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public void read(long offset, MemorySegment into) throws IOException {
        ask("read", offset, into.byteSize());
        MemorySegment.copy(bytes, (int) offset, into, JAVA_BYTE, 0, (int) into.byteSize());
    }

    @Override
    public void write(long offset, MemorySegment from) throws IOException {
        ask("write", offset, from.byteSize());
        MemorySegment.copy(from, JAVA_BYTE, 0, bytes, (int) offset, (int) from.byteSize());
    }

    @Override
    public void writeZeroes(long offset, long lengthBytes, boolean mayUnmap) throws IOException {
        ask("zero", offset, lengthBytes);
    }

    @Override
    public void discard(long offset, long lengthBytes) throws IOException {
        ask("discard", offset, lengthBytes);
    }

    @Override
    public void flush() throws IOException {
        asked.add("flush");
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {}
}
