package dev.vmexit.kernelfile;

import dev.vmexit.linux.LinuxLoader;
import dev.vmexit.memory.MemorySlot;
import java.util.ArrayList;
import java.util.List;

/// Which addresses are memory, as both protocols tell it: entries with a kind that has the number
/// it has in the BIOS call `E820h`.
///
/// @param entries lowest first
record MemoryMap(List<Entry> entries) {
    static final int RAM = 1;
    static final int RESERVED = 2;

    record Entry(MemoryRange range, int kind) {}

    /// {@return the RAM of all slots, without what a PC has between 640 KiB and 1 MiB}
    ///
    /// @param slots lowest first; the first begins at 0
    static MemoryMap of(List<MemorySlot> slots) {
        var entries = new ArrayList<Entry>();
        long top = slots.getFirst().sizeBytes();
        entries.add(entry(0, LinuxLoader.LOW_END, RAM));
        entries.add(entry(LinuxLoader.LOW_END, LinuxLoader.HIGH_START, RESERVED));
        entries.add(entry(LinuxLoader.HIGH_START, top, RAM));
        for (MemorySlot high : slots.subList(1, slots.size())) {
            entries.add(entry(high.start().value(), high.last().value() + 1, RAM));
        }
        return new MemoryMap(List.copyOf(entries));
    }

    private static Entry entry(long start, long end, int kind) {
        return new Entry(new MemoryRange(start, end), kind);
    }
}
