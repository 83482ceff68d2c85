package dev.vmexit.kernelfile;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.lang.foreign.Arena;
import java.util.List;

/// A guest's memory without a machine around it.
final class Ram {
    static final long MiB = 1 << 20;
    private final MemorySlots slots = new MemorySlots();
    private final GuestMemory memory = new GuestMemory(slots);

    Ram(long mebibytes) {
        add(0, mebibytes);
    }

    Ram add(long start, long mebibytes) {
        slots.add(new MemorySlot(slots.all().size(), new GuestAddress(start),
                Arena.ofAuto().allocate(mebibytes * MiB, 4096), MemorySlot.Access.READ_WRITE));
        return this;
    }

    GuestMemory memory() {
        return memory;
    }

    List<MemorySlot> slots() {
        return slots.all();
    }

    int u32(long address) {
        return memory.readInt(new GuestAddress(address));
    }

    long u64(long address) {
        return memory.readLong(new GuestAddress(address));
    }

    String text(long address) {
        var text = new StringBuilder();
        for (long at = address; memory.read(new GuestAddress(at), 1)[0] != 0; at++) {
            text.append((char) memory.read(new GuestAddress(at), 1)[0]);
        }
        return text.toString();
    }

    /// {@return the only address, a multiple of 8 below 640 KiB, that holds this number}
    long find(int value) {
        return java.util.stream.LongStream.iterate(0x1000, a -> a < 0x9_FC00, a -> a + 8)
                .filter(a -> u32(a) == value).findFirst().orElseThrow();
    }
}
