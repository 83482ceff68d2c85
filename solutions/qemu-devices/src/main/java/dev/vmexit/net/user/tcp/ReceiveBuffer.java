package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.wire.TcpOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

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

    /// A stretch behind the tail.
    ///
    /// @param start how many bytes behind the tail it begins
    /// @param end how many bytes behind the tail it ends
    record Stretch(int start, int end) {}

    private final ByteRing ring = new ByteRing();
    private final Islands islands = new Islands();
    /// A position on each of the islands that grew last, the latest first.
    private final Deque<Long> grown = new ArrayDeque<>();
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
        ring.reserve(head, Math.max(end, islands.isEmpty() ? end : islands.end()));
        ring.put(start, data, offset, length);
        islands.add(start, end);
        long before = tail;
        tail = islands.removeUpTo(tail);
        noteGrowth(start);
        return (int) (tail - before);
    }

    private void noteGrowth(long position) {
        long island = islands.startAround(position);
        grown.removeIf(p -> p < tail || islands.startAround(p) == island);
        if (island >= 0) {
            grown.addFirst(position);
        }
        if (grown.size() > TcpOptions.MAX_SACK_BLOCKS) {
            grown.removeLast();
        }
    }

    /// {@return the islands that grew last, the latest first}
    List<Stretch> islands() {
        return grown.stream().map(p -> new Stretch((int) (islands.startAround(p) - tail),
                (int) (islands.skip(p) - tail))).toList();
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
