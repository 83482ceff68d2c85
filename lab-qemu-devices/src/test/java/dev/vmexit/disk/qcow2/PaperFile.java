package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.ImageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A file in memory that remembers in which order it was written; a step without bytes is a flush.
final class PaperFile implements ImageFile {
    record Step(long offset, byte[] bytes) {
        boolean isFlush() {
            return bytes == null;
        }
    }

    private static final int MOST_BYTES = 1 << 24;

    final List<Step> steps = new ArrayList<>();
    /// Writes that would make the file longer than this find no room.
    long mostBytes = MOST_BYTES;
    boolean readOnly;
    private byte[] bytes;

    PaperFile(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /// {@return the big-endian number of so many bytes at an offset}
    long number(long offset, int size) {
        long number = 0;
        for (int i = 0; i < size; i++) {
            number = number << 8 | bytes[(int) offset + i] & 0xFF;
        }
        return number;
    }

    @Override
    public String name() {
        return "paper.qcow2";
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public long sizeBytes() {
        return bytes.length;
    }

    @Override
    public void setSize(long sizeBytes) throws IOException {
        if (sizeBytes > mostBytes) {
            throw new IOException("no space left for " + sizeBytes + " bytes");
        }
        bytes = Arrays.copyOf(bytes, (int) sizeBytes);
    }

    @Override
    public void read(long offset, MemorySegment into) {
        long there = Math.clamp(bytes.length - offset, 0, into.byteSize());
        if (there > 0) {
            into.asSlice(0, there).copyFrom(MemorySegment.ofArray(bytes).asSlice(offset, there));
        }
        into.asSlice(there).fill((byte) 0);
    }

    @Override
    public void write(long offset, MemorySegment from) throws IOException {
        if (offset + from.byteSize() > bytes.length) {
            setSize(offset + from.byteSize());
        }
        byte[] copy = from.toArray(ValueLayout.JAVA_BYTE);
        System.arraycopy(copy, 0, bytes, (int) offset, copy.length);
        steps.add(new Step(offset, copy));
    }

    @Override
    public void flush() {
        steps.add(new Step(0, null));
    }

    @Override
    public void close() {}
}
