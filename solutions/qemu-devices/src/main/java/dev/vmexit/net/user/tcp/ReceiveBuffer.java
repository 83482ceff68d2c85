package dev.vmexit.net.user.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Map;
import java.util.TreeMap;

/// What the guest sent and the host's socket has not taken; behind a gap, islands of what came too
/// early.
///
/// ```
///  head            tail                          head + CAPACITY
///  │ for the socket │  gap  │ island │ gap │ island │ … │
/// ```
final class ReceiveBuffer {
    static final int CAPACITY = 1 << 17;
    /// One byte in every second place would make as many islands as there are bytes.
    private static final int MAX_ISLANDS = 64;

    private final ByteRing ring = new ByteRing();
    /// From the first position of each island to the one behind its last.
    private final TreeMap<Long, Long> islands = new TreeMap<>();
    private long head;
    private long tail;

    boolean isEmpty() {
        return head == tail;
    }

    boolean hasIslands() {
        return !islands.isEmpty();
    }

    /// {@return how many bytes behind the tail may be inserted}
    int free() {
        return CAPACITY - (int) (tail - head);
    }

    /// Takes `length` bytes of `data` that belong `ahead` bytes behind the tail; all of them must
    /// be within [#free].
    ///
    /// @return by how many bytes the tail has moved
    int insert(int ahead, byte[] data, int offset, int length) {
        long start = tail + ahead;
        long end = start + length;
        if (ahead > 0 && islands.size() == MAX_ISLANDS) {
            return 0; // it will be sent again
        }
        ring.reserve(head, Math.max(end, islands.isEmpty() ? end : islands.lastEntry().getValue()));
        ring.put(start, data, offset, length);
        addIsland(start, end);
        long before = tail;
        if (islands.firstKey() <= tail) {
            tail = islands.pollFirstEntry().getValue();
        }
        return (int) (tail - before);
    }

    /// Islands that touch become one.
    private void addIsland(long start, long end) {
        long first = start;
        long last = end;
        Map.Entry<Long, Long> other = islands.floorEntry(last);
        while (other != null && other.getValue() >= first) {
            islands.remove(other.getKey());
            first = Math.min(first, other.getKey());
            last = Math.max(last, other.getValue());
            other = islands.floorEntry(last);
        }
        islands.put(first, last);
    }

    /// Writes until the buffer is empty or the channel takes nothing more for the moment.
    void drain(WritableByteChannel channel) throws IOException {
        while (!isEmpty()) {
            ByteBuffer piece = ring.piece(head, (int) (tail - head));
            int length = piece.remaining();
            int written = channel.write(piece);
            head += written;
            if (written < length) {
                return;
            }
        }
    }
}
