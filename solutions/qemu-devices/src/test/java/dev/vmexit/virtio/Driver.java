package dev.vmexit.virtio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import dev.vmexit.pci.PciFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The driver's side of a virtio device on PCI, by the letter of the specification: 1 MiB of
/// memory, queues of 16 at 0x1000, 0x2000 …, buffers from 0x8_0000 on.
final class Driver implements AutoCloseable {
    static final int QUEUE = 16;
    static final int BYTES = 1 << 20;
    private static final int F_NEXT = 1;
    static final int F_WRITE = 2;

    final MemorySegment ram;
    private final GuestMemory memory;
    final VirtioPci device;
    final LinkedBlockingQueue<Integer> interrupts = new LinkedBlockingQueue<>();
    private static final int MOST_QUEUES = 6;

    private final int[] offered = new int[MOST_QUEUES];
    private final int[] nextDescriptor = new int[MOST_QUEUES];
    private int table = 0x1000;

    Driver(VirtioDevice device) {
        this(device, new ThreadDoorbell());
    }

    Driver(VirtioDevice device, Doorbell bell) {
        var slots = new MemorySlots();
        ram = Arena.ofAuto().allocate(BYTES, 4096);
        slots.add(new MemorySlot(0, new GuestAddress(0), ram, MemorySlot.Access.READ_WRITE));
        memory = new GuestMemory(slots);
        this.device = new VirtioPci(device, memory,
                (address, data) -> interrupts.add(data), bell);
    }

    void onWrite(GuestMemory.WriteListener listener) {
        memory.onWrite(listener);
    }

    private void enableInterrupts() {
        PciFunction function = device.function();
        var msix = function.device(1);
        for (int vector = 0; vector <= MOST_QUEUES; vector++) {
            msix.write(16L * vector, 8, 0xFEE0_0000L);
            msix.write(16L * vector + 8, 4, vector);
            msix.write(16L * vector + 12, 4, 0);
        }
        // The first capability is MSI-X.
        function.write(0x42, 2, 1 << 15);
        interrupts.clear();
    }

    void busMaster(boolean enabled) {
        device.function().write(4, 2, enabled ? 6 : 2);
    }

    long read(int offset, int size) {
        return device.read(offset, size);
    }

    void write(int offset, int size, long value) {
        device.write(offset, size, value);
    }

    int status() {
        return (int) read(20, 1);
    }

    /// From reset to DRIVER_OK, with one queue.
    void start(long features) {
        write(20, 1, 0);
        busMaster(true);
        enableInterrupts();
        write(20, 1, 1);
        write(20, 1, 3);
        write(8, 4, 0);
        write(12, 4, features & 0xFFFF_FFFFL);
        write(8, 4, 1);
        write(12, 4, features >>> 32);
        write(20, 1, 3 | Transport.FEATURES_OK);
        queue(0);
        write(16, 2, 0);
        write(20, 1, 3 | Transport.FEATURES_OK | Transport.DRIVER_OK);
    }

    /// Has the memory of another driver, of a device of the same kind, and goes on where it
    /// stopped.
    void takeOver(Driver other) {
        ram.copyFrom(other.ram);
        System.arraycopy(other.offered, 0, offered, 0, MOST_QUEUES);
        System.arraycopy(other.nextDescriptor, 0, nextDescriptor, 0, MOST_QUEUES);
    }

    void queue(int index) {
        write(22, 2, index);
        write(24, 2, QUEUE);
        write(26, 2, index + 1);
        int at = 0x1000 * (index + 1);
        write(32, 8, at);
        write(40, 4, at + 0x400);
        write(44, 4, 0);
        write(48, 8, at + 0x800);
        offered[index] = 0;
        nextDescriptor[index] = 0;
        // Before the device may look: the queue of the driver's last life has buffers in it.
        ram.asSlice(at, 0x1000).fill((byte) 0);
        write(28, 2, 1);
    }

    /// In the table of the queue that was spoken of last.
    void descriptor(int n, long address, int length, int flags, int next) {
        ByteBuffer b = bytes(table + 16 * n, 16);
        b.putLong(address).putInt(length).putShort((short) flags).putShort((short) next);
    }

    ByteBuffer bytes(int at, int length) {
        return ram.asSlice(at, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Offers a chain of buffers; a negative length is one to be filled.
    ///
    /// @return its head
    int offer(int queue, int... addressesAndLengths) {
        table = 0x1000 * (queue + 1);
        int head = nextDescriptor[queue];
        int pieces = addressesAndLengths.length / 2;
        for (int n = 0; n < pieces; n++) {
            int length = addressesAndLengths[2 * n + 1];
            int flags = (length < 0 ? F_WRITE : 0) | (n < pieces - 1 ? F_NEXT : 0);
            int at = nextDescriptor[queue];
            nextDescriptor[queue] = (at + 1) % QUEUE;
            descriptor(at, addressesAndLengths[2 * n], Math.abs(length), flags,
                    nextDescriptor[queue]);
        }
        offerHead(queue, head);
        return head;
    }

    void offerHead(int queue, int head) {
        int available = 0x1000 * (queue + 1) + 0x400;
        bytes(available + 4 + 2 * (offered[queue] % QUEUE), 2).putShort((short) head);
        offered[queue]++;
        // The device's thread may look unasked: what the index counts has to be there before it.
        VarHandle.releaseFence();
        bytes(available + 2, 2).putShort((short) offered[queue]);
    }

    void notifyDevice(int queue) {
        write(0x3000 + 4 * queue, 2, queue);
    }

    /// Waits for an interrupt of this number.
    void await(int vector) {
        try {
            Integer came = interrupts.poll(20, TimeUnit.SECONDS);
            if (came == null || came != vector) {
                throw new AssertionError("interrupt %s instead of %d".formatted(came, vector));
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    int usedIndex(int queue) {
        return bytes(0x1000 * (queue + 1) + 0x802, 2).getShort() & 0xFFFF;
    }

    /// {@return head and length of a buffer that came back}
    int[] used(int queue, int n) {
        ByteBuffer b = bytes(0x1000 * (queue + 1) + 0x804 + 8 * (n % QUEUE), 8);
        return new int[]{b.getInt(), b.getInt()};
    }

    byte[] copy(int at, int length) {
        return ram.asSlice(at, length).toArray(JAVA_BYTE);
    }

    @Override
    public void close() {
        device.close();
    }
}
