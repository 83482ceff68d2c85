package dev.vmexit.virtio;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.lang.foreign.Arena;
import java.util.HexFormat;

/// The driver's side of one virtqueue of eight entries, in a memory of 1 MiB that does not begin at
/// 0. It writes what it is told to, honest or not.
final class GuestQueue {
    static final int SIZE = 8;
    /// The longest indirect table.
    static final int MOST_ENTRIES = 16;
    static final int START = 0x10_0000;
    static final int END = 0x20_0000;
    /// Free for buffers.
    static final int DATA = 0x11_0000;

    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;

    private static final int DESCRIPTORS = 0x10_1000;
    private static final int AVAILABLE = 0x10_2000;
    private static final int USED = 0x10_3000;

    final GuestMemory memory;
    final VirtQueue queue;
    private final MemorySlots slots = new MemorySlots();
    private int index;

    GuestQueue(boolean eventIndex) {
        addMemory(START, END - START);
        memory = new GuestMemory(slots);
        queue = new VirtQueue(memory, new QueueLayout(SIZE, MOST_ENTRIES, DESCRIPTORS,
                AVAILABLE, USED), eventIndex);
    }

    void addMemory(long start, int bytes) {
        slots.add(new MemorySlot(slots.all().size(), new GuestAddress(start),
                Arena.ofAuto().allocate(bytes, 4096), MemorySlot.Access.READ_WRITE));
    }

    /// {@return where descriptor `n` of the queue's own table is}
    static long descriptor(int n) {
        return DESCRIPTORS + 16L * n;
    }

    /// Writes a descriptor somewhere.
    void put(long where, long address, long length, int flags, int next) {
        number(where, address, 8);
        number(where + 8, length, 4);
        number(where + 12, flags, 2);
        number(where + 14, next, 2);
    }

    private void number(long where, long value, int bytes) {
        byte[] raw = new byte[bytes];
        for (int n = 0; n < bytes; n++) {
            raw[n] = (byte) (value >>> 8 * n);
        }
        memory.write(new GuestAddress(where), raw);
    }

    private int u16(long where) {
        byte[] raw = memory.read(new GuestAddress(where), 2);
        return raw[0] & 0xFF | (raw[1] & 0xFF) << 8;
    }

    void bytes(long where, byte[] bytes) {
        memory.write(new GuestAddress(where), bytes);
    }

    /// {@return bytes of the guest's memory, in hex}
    String hex(long where, int bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(memory.read(new GuestAddress(where), bytes));
    }

    /// Puts a head into the available ring, and then the index forward.
    void offer(int head) {
        number(AVAILABLE + 4 + 2L * (index % SIZE), head, 2);
        offered(index + 1);
    }

    /// Sets the index of the available ring, whatever the ring holds.
    void offered(int newIndex) {
        index = newIndex & 0xFFFF;
        number(AVAILABLE + 2, index, 2);
    }

    /// The flags of the available ring.
    void wish(int flags) {
        number(AVAILABLE, flags, 2);
    }

    /// `used_event`: the entry of the used ring that the driver waits for.
    void waitFor(int event) {
        number(AVAILABLE + 4 + 2L * SIZE, event, 2);
    }

    /// {@return `avail_event`, where the device says of which buffer it wants to hear}
    int deviceWaitsFor() {
        return u16(USED + 4 + 8L * SIZE);
    }

    /// {@return the next buffer, in a turn of its own}
    Chain pop() {
        queue.busy();
        return queue.pop();
    }

    int usedIndex() {
        return u16(USED + 2);
    }

    /// {@return an entry of the used ring in hex: head and length}
    String used(int slot) {
        return hex(USED + 4 + 8L * slot, 8);
    }
}
