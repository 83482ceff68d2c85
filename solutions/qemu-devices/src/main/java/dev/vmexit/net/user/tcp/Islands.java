package dev.vmexit.net.user.tcp;

import java.util.Map;
import java.util.TreeMap;

/// Stretches of an endless row of bytes; two that touch are one.
final class Islands {
    /// From the first position of each to the one behind its last.
    private final TreeMap<Long, Long> ends = new TreeMap<>();

    boolean isEmpty() {
        return ends.isEmpty();
    }

    int size() {
        return ends.size();
    }

    void add(long start, long end) {
        long first = start;
        long last = end;
        Map.Entry<Long, Long> other = ends.floorEntry(last);
        while (other != null && other.getValue() >= first) {
            ends.remove(other.getKey());
            first = Math.min(first, other.getKey());
            last = Math.max(last, other.getValue());
            other = ends.floorEntry(last);
        }
        ends.put(first, last);
    }

    /// Forgets every island that begins at `position` or before it.
    ///
    /// @return the farthest end of one of them; `position` if that is farther, or there is none
    long removeUpTo(long position) {
        Map<Long, Long> gone = ends.headMap(position, true);
        long end = gone.values().stream().reduce(position, Math::max);
        gone.clear();
        return end;
    }

    /// {@return how many positions lie on islands}
    long length() {
        return ends.entrySet().stream().mapToLong(i -> i.getValue() - i.getKey()).sum();
    }

    void clear() {
        ends.clear();
    }

    /// {@return the position behind the last island; there is one}
    long end() {
        return ends.lastEntry().getValue();
    }

    /// {@return the first position of the island that `position` lies on; -1 if it lies on none}
    long startAround(long position) {
        Map.Entry<Long, Long> at = ends.floorEntry(position);
        return at != null && at.getValue() > position ? at.getKey() : -1;
    }

    /// {@return the first position from `position` on that lies on no island}
    long skip(long position) {
        long start = startAround(position);
        return start < 0 ? position : ends.get(start);
    }

    /// {@return how far it is from `position` to the next island; without one, very far}
    int distance(long position) {
        Long next = ends.higherKey(position);
        return next == null ? Integer.MAX_VALUE : (int) (next - position);
    }
}
