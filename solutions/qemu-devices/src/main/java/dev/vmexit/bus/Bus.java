package dev.vmexit.bus;

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
    // tag::dev-01-add[]
    public void add(String name, long start, long sizeBytes, BusDevice device) {
        long last = start + sizeBytes - 1;
        if (sizeBytes <= 0 || Long.compareUnsigned(last, start) < 0) {
            throw new IllegalArgumentException("%s: %d bytes at %s 0x%x is no range"
                    .formatted(name, sizeBytes, kind, start));
        }
        // tag::solution[]
        Map.Entry<Long, Range> below = ranges.floorEntry(last); // <1>
        if (below != null && Long.compareUnsigned(last(below), start) >= 0) {
            throw new IllegalArgumentException("%s at %s 0x%x … 0x%x overlaps %s at 0x%x"
                    .formatted(name, kind, start, last, below.getValue().name, below.getKey()));
        }
        ranges.put(start, new Range(name, sizeBytes, device));
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-01", "refuse what overlaps, and remember the range");
        // end::stub[]
    }
    // end::dev-01-add[]

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
    // tag::dev-01-find[]
    // tag::doc-find[]
    private Map.Entry<Long, Range> find(long address, int size) {
        // tag::solution[]
        Map.Entry<Long, Range> below = ranges.floorEntry(address);
        if (below == null) {
            return null;
        }
        long offset = address - below.getKey();
        boolean inside = Long.compareUnsigned(offset, below.getValue().sizeBytes) < 0
                && below.getValue().sizeBytes - offset >= size;
        return inside ? below : null;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-01", "find the range in which the access begins and ends");
        // end::stub[]
    }
    // end::doc-find[]
    // end::dev-01-find[]

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
