package dev.vmexit.virtio;

import java.util.Arrays;

/// Bytes on their way into a port or out of it, up to a fixed number. Used by one thread at a time.
public final class ByteQueue {
    private final byte[] ring;
    private int first;
    private int size;

    public ByteQueue(int capacity) {
        this.ring = new byte[capacity];
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public boolean isFull() {
        return size == ring.length;
    }

    /// {@return how many of the bytes there was room for}
    public int add(byte[] bytes, int from, int length) {
        int count = Math.min(length, ring.length - size);
        int start = (first + size) % ring.length;
        int part = Math.min(count, ring.length - start);
        System.arraycopy(bytes, from, ring, start, part);
        System.arraycopy(bytes, from + part, ring, 0, count - part);
        size += count;
        return count;
    }

    /// {@return the first bytes, up to so many; they stay}
    public byte[] peek(int most) {
        int count = Math.min(most, size);
        int part = Math.min(count, ring.length - first);
        byte[] bytes = Arrays.copyOfRange(ring, first, first + part);
        if (part < count) {
            bytes = Arrays.copyOf(bytes, count);
            System.arraycopy(ring, 0, bytes, part, count - part);
        }
        return bytes;
    }

    /// Takes away the first bytes, of which there are so many.
    public void remove(int count) {
        if (count > size) {
            throw new IllegalArgumentException("%d of %d bytes".formatted(count, size));
        }
        first = (first + count) % ring.length;
        size -= count;
    }

    public void clear() {
        size = 0;
    }
}
