package dev.vmexit.net.user.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// What the host's socket said and the guest has not acknowledged.
final class SendBuffer {
    static final int CAPACITY = 1 << 17;
    /// Read at a time, so that the ring grows only as far as it is used.
    private static final int READ_BYTES = 1 << 14;

    private final ByteRing ring = new ByteRing();
    private long head;
    private long tail;

    int size() {
        return (int) (tail - head);
    }

    boolean isFull() {
        return size() == CAPACITY;
    }

    /// Reads until the buffer is full or the channel has nothing more to say for the moment.
    ///
    /// @return false at the end of the channel
    boolean fill(ReadableByteChannel channel) throws IOException {
        while (!isFull()) {
            int want = Math.min(READ_BYTES, CAPACITY - size());
            ring.reserve(head, tail + want);
            ByteBuffer into = ring.piece(tail, want);
            int length = into.remaining();
            int read = channel.read(into);
            if (read < 0) {
                return false;
            }
            tail += read;
            if (read < length) {
                return true;
            }
        }
        return true;
    }

    /// {@return `length` bytes, the first of them `offset` bytes after the oldest}
    byte[] copy(int offset, int length) {
        return ring.copy(head + offset, length);
    }

    /// The oldest `length` bytes are acknowledged.
    void discard(int length) {
        head += length;
    }
}
