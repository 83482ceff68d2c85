package dev.vmexit.disk;

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
    private byte[] bytes;

    public MemoryFile(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    public synchronized byte[] bytes() {
        return bytes.clone();
    }

    /// {@return the file after the first entries of the log}
    public static byte[] replay(byte[] start, List<Write> writes) {
        var file = new MemoryFile(start);
        writes.stream().filter(write -> write != null)
                .forEach(write -> file.put(write.offset, write.bytes));
        return file.bytes;
    }

    private void put(long offset, byte[] from) {
        if (offset + from.length > bytes.length) {
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
        return bytes.length;
    }

    @Override
    public synchronized void setSize(long sizeBytes) {
        if (sizeBytes > MOST_BYTES) {
            throw new IllegalStateException("the file would have " + sizeBytes + " bytes");
        }
        bytes = Arrays.copyOf(bytes, (int) sizeBytes);
    }

    @Override
    public synchronized void read(long offset, MemorySegment into) {
        long there = Math.clamp(bytes.length - offset, 0, into.byteSize());
        if (there > 0) {
            into.asSlice(0, there)
                    .copyFrom(MemorySegment.ofArray(bytes).asSlice(offset, there));
        }
        into.asSlice(there).fill((byte) 0);
    }

    @Override
    public synchronized void write(long offset, MemorySegment from) {
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
