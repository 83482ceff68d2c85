package dev.vmexit.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Access to the guest's RAM by guest-physical address, bounded by its slots.
///
/// Numbers are little-endian and need not be aligned. A range must lie in one slot. Everything here
/// may race with the guest's own CPUs; whoever decides something copies first and looks at the
/// copy.
public final class GuestMemory {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

    /// Is told what the process writes into the guest's memory.
    @FunctionalInterface
    public interface WriteListener {
        void written(long hostAddress, long sizeBytes);
    }

    private final MemorySlots slots;
    private WriteListener listener = (address, size) -> {};

    public GuestMemory(MemorySlots slots) {
        this.slots = slots;
    }

    /// Before any other thread knows this memory.
    public void onWrite(WriteListener what) {
        listener = what;
    }

    /// {@return the host memory behind a guest-physical range} Who writes there calls [#written]
    /// afterwards.
    ///
    /// @throws GuestFault if the range is not RAM, or not all of it
    // tag::range[]
    public MemorySegment range(GuestAddress start, long sizeBytes) {
        MemorySlot slot = slots.find(start).orElseThrow(() -> new GuestFault(
                "address " + start + " is not in the guest's memory"));
        long offset = start.minus(slot.start());
        if (Long.compareUnsigned(sizeBytes, slot.sizeBytes() - offset) > 0) {
            throw new GuestFault("%d bytes at %s run past the guest's memory, which ends at %s"
                    .formatted(sizeBytes, start, slot.last()));
        }
        return slot.host().asSlice(offset, sizeBytes);
    }
    // end::range[]

    /// Says that this process has written a part of the guest's memory; before the guest can know.
    public void written(MemorySegment part) {
        listener.written(part.address(), part.byteSize());
    }

    /// The same of all memory: by who does not know where he has been.
    public void allWritten() {
        slots.all().forEach(slot -> written(slot.host()));
    }

    public byte[] read(GuestAddress start, int sizeBytes) {
        return range(start, sizeBytes).toArray(ValueLayout.JAVA_BYTE);
    }

    public void write(GuestAddress start, byte[] bytes) {
        MemorySegment part = range(start, bytes.length);
        MemorySegment.copy(bytes, 0, part, ValueLayout.JAVA_BYTE, 0, bytes.length);
        written(part);
    }

    public int readInt(GuestAddress address) {
        return range(address, Integer.BYTES).get(INT, 0);
    }

    public void writeInt(GuestAddress address, int value) {
        MemorySegment part = range(address, Integer.BYTES);
        part.set(INT, 0, value);
        written(part);
    }

    public long readLong(GuestAddress address) {
        return range(address, Long.BYTES).get(LONG, 0);
    }

    public void writeLong(GuestAddress address, long value) {
        MemorySegment part = range(address, Long.BYTES);
        part.set(LONG, 0, value);
        written(part);
    }

    /// {@return the sum of all slots}
    public long sizeBytes() {
        return slots.all().stream().mapToLong(MemorySlot::sizeBytes).sum();
    }
}
