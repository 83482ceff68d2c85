package dev.vmexit.bus;

import dev.vmexit.course.Todo;
import java.util.Map;
import java.util.TreeMap;

/// An address space with devices in it. Addresses where nobody lives read as all ones and swallow
/// writes, like a bus whose lines are pulled up.
///
/// An access belongs to the device in whose range it begins; one that runs over the end of that
/// range reaches nobody. Filled while the machine is built; looked up by many threads afterwards.
public final class Bus {
    private record Range(String name, long sizeBytes, BusDevice device) {}

    private final String kind;
    private final TreeMap<Long, Range> ranges = new TreeMap<>(Long::compareUnsigned);

    /// @param kind what its addresses are called in messages: "port" or "address"
    public Bus(String kind) {
        this.kind = kind;
    }

    /// Gives a device the addresses from `start` on.
    ///
    /// @throws IllegalArgumentException if one of them is taken; the message names both devices,
    /// the
    ///     new one first, and the bus is as it was
    public void add(String name, long start, long sizeBytes, BusDevice device) {
        long last = start + sizeBytes - 1;
        if (sizeBytes <= 0 || Long.compareUnsigned(last, start) < 0) {
            throw new IllegalArgumentException("%s: %d bytes at %s 0x%x is no range"
                    .formatted(name, sizeBytes, kind, start));
        }
        throw Todo.of("dev-01", "refuse what overlaps, and remember the range");
    }

    public long read(long address, int size) {
        Map.Entry<Long, Range> found = find(address, size);
        if (found == null) {
            return -1;
        }
        return found.getValue().device.read(address - found.getKey(), size);
    }

    public void write(long address, int size, long value) {
        Map.Entry<Long, Range> found = find(address, size);
        if (found != null) {
            found.getValue().device.write(address - found.getKey(), size, value);
        }
    }

    /// {@return the range that an access of `size` bytes lies in, with its start, or null}
    private Map.Entry<Long, Range> find(long address, int size) {
        throw Todo.of("dev-01", "find the range in which the access begins and ends");
    }

    /// {@return the last address of a range}
    private static long last(Map.Entry<Long, Range> entry) {
        return entry.getKey() + entry.getValue().sizeBytes - 1;
    }

    /// {@return the ranges, one a line, lowest first}
    public String map() {
        var text = new StringBuilder();
        ranges.forEach((start, range) -> text.append("0x%04x … 0x%04x  %s%n"
                .formatted(start, start + range.sizeBytes - 1, range.name)));
        return text.toString();
    }
}
