package dev.vmexit.virtio;

import dev.vmexit.net.Frame;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;

/// Frames that wait for buffers of the guest's, one row for each receive queue. For any thread.
final class NetBacklog {
    /// As many frames wait in a row; what comes then is lost.
    private static final int MOST = 256;

    private final List<Queue<Frame>> rows;
    private boolean full;

    NetBacklog(int rows) {
        this.rows = Stream.generate(() -> (Queue<Frame>) new ArrayDeque<Frame>()).limit(rows)
                .toList();
    }

    /// {@return false if its row is full} [#takeFull] remembers that.
    synchronized boolean add(int row, Frame frame) {
        boolean room = rows.get(row).size() < MOST;
        full |= !room;
        return room && rows.get(row).add(frame);
    }

    /// {@return the oldest of a row, or null}
    synchronized Frame peek(int row) {
        return rows.get(row).peek();
    }

    synchronized void remove(int row) {
        rows.get(row).remove();
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
    }
}
