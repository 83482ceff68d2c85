package dev.vmexit.virtio;

import dev.vmexit.net.Frame;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;

/// Frames that wait for buffers of the guest's, one row for each receive queue. For any thread.
final class NetBacklog {
    /// As much waits in a row; what comes then is lost.
    private static final int MOST_FRAMES = 256;
    private static final long MOST_BYTES = 2 << 20;

    private final List<Queue<Frame>> rows;
    private final long[] bytes;
    private boolean full;

    NetBacklog(int rows) {
        this.rows = Stream.generate(() -> (Queue<Frame>) new ArrayDeque<Frame>()).limit(rows)
                .toList();
        bytes = new long[rows];
    }

    /// {@return false if its row is full} [#takeFull] remembers that.
    synchronized boolean add(int row, Frame frame) {
        boolean room = rows.get(row).size() < MOST_FRAMES && bytes[row] < MOST_BYTES;
        full |= !room;
        if (room) {
            rows.get(row).add(frame);
            bytes[row] += frame.bytes().length;
        }
        return room;
    }

    /// {@return the oldest of a row, or null}
    synchronized Frame peek(int row) {
        return rows.get(row).peek();
    }

    synchronized void remove(int row) {
        bytes[row] -= rows.get(row).remove().bytes().length;
    }

    /// {@return whether a frame found no room since this was last asked}
    synchronized boolean takeFull() {
        boolean was = full;
        full = false;
        return was;
    }

    /// Whatever waits in a row from this one on is lost.
    synchronized void clearFrom(int row) {
        rows.subList(row, rows.size()).forEach(Queue::clear);
        Arrays.fill(bytes, row, bytes.length, 0);
    }
}
