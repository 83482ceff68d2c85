package dev.vmexit.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A buffer of the driver's: pieces of the guest's memory, first those to be read, then those to be
/// filled.
///
/// How the driver cuts a buffer into pieces means nothing; so it is read and filled as two streams.
/// The guest may change the memory at any time: what a decision depends on is read once.
public final class Chain {
    final int head;
    private final List<MemorySegment> readable = new ArrayList<>();
    private final List<MemorySegment> writable = new ArrayList<>();
    private final List<MemorySegment> filled = new ArrayList<>();
    private long readableBytes;
    private long writableBytes;
    private long written;

    Chain(int head) {
        this.head = head;
    }

    void add(MemorySegment piece, boolean toBeFilled) {
        if (toBeFilled) {
            writable.add(piece);
            writableBytes += piece.byteSize();
        } else if (writable.isEmpty()) {
            readable.add(piece);
            readableBytes += piece.byteSize();
        } else {
            throw new DriverMistake("a piece to be read comes after one to be filled");
        }
    }

    /// {@return bytes that have not been read yet}
    public long readableBytes() {
        return readableBytes;
    }

    /// {@return bytes that have not been filled yet}
    public long writableBytes() {
        return writableBytes;
    }

    /// {@return bytes filled so far: what the driver is told}
    public long written() {
        return written;
    }

    /// Takes bytes off the front of what is to be read, piece by piece.
    ///
    /// @throws DriverMistake if there are fewer
    public List<MemorySegment> take(long bytes) {
        if (bytes > readableBytes) {
            throw new DriverMistake("a buffer of %d bytes where %d are to be read"
                    .formatted(readableBytes, bytes));
        }
        readableBytes -= bytes;
        return cut(readable, bytes);
    }

    /// Takes room off the front of what is to be filled, piece by piece; it counts as filled.
    ///
    /// @throws DriverMistake if there is less
    public List<MemorySegment> fill(long bytes) {
        if (bytes > writableBytes) {
            throw new DriverMistake("room for %d bytes where %d are to be written"
                    .formatted(writableBytes, bytes));
        }
        writableBytes -= bytes;
        written += bytes;
        List<MemorySegment> front = cut(writable, bytes);
        filled.addAll(front);
        return front;
    }

    /// {@return what [#fill] has given out so far}
    List<MemorySegment> filled() {
        return filled;
    }

    private static List<MemorySegment> cut(List<MemorySegment> pieces, long bytes) {
        var front = new ArrayList<MemorySegment>();
        long left = bytes;
        while (left > 0) {
            MemorySegment piece = pieces.getFirst();
            if (piece.byteSize() <= left) {
                front.add(pieces.removeFirst());
                left -= piece.byteSize();
            } else {
                front.add(piece.asSlice(0, left));
                pieces.set(0, piece.asSlice(left));
                left = 0;
            }
        }
        return front;
    }

    /// {@return the next bytes, copied}
    public byte[] read(int bytes) {
        byte[] copy = new byte[bytes];
        int at = 0;
        for (MemorySegment piece : take(bytes)) {
            int length = (int) piece.byteSize();
            MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, copy, at, length);
            at += length;
        }
        return copy;
    }

    public void write(byte[] bytes) {
        int at = 0;
        for (MemorySegment piece : fill(bytes.length)) {
            int length = (int) piece.byteSize();
            MemorySegment.copy(bytes, at, piece, ValueLayout.JAVA_BYTE, 0, length);
            at += length;
        }
    }

    /// {@return the next little-endian number of 4 bytes}
    public int readInt() {
        return java.nio.ByteBuffer.wrap(read(4)).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /// {@return the next little-endian number of 8 bytes}
    public long readLong() {
        return java.nio.ByteBuffer.wrap(read(8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
