package dev.vmexit.disk.qcow2;

import java.util.ArrayDeque;
import java.util.TreeSet;

/// Reads and writes of data that are under way without the metadata's lock, and the clusters that
/// must not be used again before they are over: a late write would land in somebody else's data.
///
/// The holder of the metadata's lock may call.
final class Flights {
    /// Clusters `first` to `last`, free as soon as all that began before `since` is over.
    record Freed(long first, long last, long since) {}

    private final TreeSet<Long> active = new TreeSet<>();
    private final ArrayDeque<Freed> freed = new ArrayDeque<>();
    private long next;

    /// {@return what to end it with}
    long begin() {
        active.add(next);
        return next++;
    }

    void end(long flight) {
        active.remove(flight);
    }

    void await(long first, long last) {
        freed.add(new Freed(first, last, next));
    }

    /// {@return clusters that nobody is busy with any more, each once; then null}
    Freed pollFree() {
        boolean free = !freed.isEmpty()
                && (active.isEmpty() || active.first() >= freed.peek().since());
        return free ? freed.remove() : null;
    }
}
