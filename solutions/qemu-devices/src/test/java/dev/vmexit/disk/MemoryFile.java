package dev.vmexit.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A file in memory that keeps a log of its writes; null in it is a flush.
public final class MemoryFile implements ImageFile {
    public record Write(long offset, byte[] bytes) {}

    private static final int MOST_BYTES = 1 << 28;

    public final List<Write> log = new ArrayList<>();
    public Runnable onLog = () -> {};
    /// May be longer than the file; zeros from its end on.
    private byte[] bytes;
    private int size;

    public MemoryFile(byte[] bytes) {
        this.bytes = bytes.clone();
        this.size = bytes.length;
    }

    public synchronized byte[] bytes() {
        return Arrays.copyOf(bytes, size);
    }

    /// {@return the file after the first entries of the log}
    public static byte[] replay(byte[] start, List<Write> writes) throws IOException {
        var file = new MemoryFile(start);
        for (Write write : writes) {
            if (write != null) {
                file.put(write.offset, write.bytes);
            }
        }
        return file.bytes();
    }

    /// {@return the file as a raw disk, whose format nobody named}
    public Disk rawDisk() {
        return RawDisk.of(this, true);
    }

    private void put(long offset, byte[] from) throws IOException {
        if (offset > size - from.length) {
            setSize(offset + from.length);
        }
        System.arraycopy(from, 0, bytes, (int) offset, from.length);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public synchronized long sizeBytes() {
        return size;
    }

    @Override
    public synchronized void setSize(long sizeBytes) throws IOException {
        if (sizeBytes > MOST_BYTES) {
            throw new IOException("no room for " + sizeBytes + " bytes");
        }
        if (sizeBytes < size) {
            Arrays.fill(bytes, (int) sizeBytes, size, (byte) 0);
        } else if (sizeBytes > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.max(sizeBytes, bytes.length * 2L));
        }
        size = (int) sizeBytes;
    }

    @Override
    public synchronized void read(long offset, MemorySegment into) {
        long there = Math.clamp(size - offset, 0, into.byteSize());
        if (there > 0) {
            into.asSlice(0, there)
                    .copyFrom(MemorySegment.ofArray(bytes).asSlice(offset, there));
        }
        into.asSlice(there).fill((byte) 0);
    }

    @Override
    public synchronized void write(long offset, MemorySegment from) throws IOException {
        byte[] copy = from.toArray(ValueLayout.JAVA_BYTE);
        onLog.run();
        log.add(new Write(offset, copy));
        put(offset, copy);
    }

    @Override
    public synchronized void flush() {
        onLog.run();
        log.add(null);
    }

    @Override
    public void close() {}
}
