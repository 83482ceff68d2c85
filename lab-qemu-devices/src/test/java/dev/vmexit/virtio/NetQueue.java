package dev.vmexit.virtio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The driver's side of one queue of 16 entries, laid out by hand in 64 KiB of guest memory:
/// descriptors at 0x1000, the available ring at 0x1400, the used ring at 0x1800.
final class NetQueue {
    private static final int SIZE = 16;
    private static final int BYTES = 1 << 16;
    private static final int F_WRITE = 2;

    final VirtQueue queue;
    private final ByteBuffer ram;
    private int offered;

    NetQueue() {
        MemorySegment host = Arena.ofAuto().allocate(BYTES, 4096);
        ram = host.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        var slots = new MemorySlots();
        slots.add(new MemorySlot(0, new GuestAddress(0), host, MemorySlot.Access.READ_WRITE));
        queue = new VirtQueue(new GuestMemory(slots),
                new QueueLayout(SIZE, SIZE, 0x1000, 0x1400, 0x1800), false);
        queue.busy();
    }

    /// Offers a buffer of one piece that the device reads.
    void offer(int address, byte[] bytes) {
        ram.put(address, bytes);
        descriptor(address, bytes.length, 0);
    }

    /// Offers a buffer of one piece that the device fills.
    void offerRoom(int address, int length) {
        descriptor(address, length, F_WRITE);
    }

    private void descriptor(int address, int length, int flags) {
        int at = 0x1000 + 16 * offered;
        ram.putLong(at, address).putInt(at + 8, length).putShort(at + 12, (short) flags);
        ram.putShort(0x1404 + 2 * offered, (short) offered);
        ram.putShort(0x1402, (short) ++offered);
    }

    /// {@return how many buffers came back}
    int used() {
        return ram.getShort(0x1802) & 0xFFFF;
    }

    /// {@return how many bytes the device says it wrote into the n-th buffer that came back}
    int written(int n) {
        return ram.getInt(0x1804 + 8 * n + 4);
    }

    byte[] copy(int address, int length) {
        byte[] copy = new byte[length];
        MemorySegment.copy(MemorySegment.ofBuffer(ram), JAVA_BYTE, address, copy, 0, length);
        return copy;
    }
}
