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

    private final MemorySlots slots;

    public GuestMemory(MemorySlots slots) {
        this.slots = slots;
    }

    /// {@return the host memory behind a guest-physical range}
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

    public byte[] read(GuestAddress start, int sizeBytes) {
        return range(start, sizeBytes).toArray(ValueLayout.JAVA_BYTE);
    }

    public void write(GuestAddress start, byte[] bytes) {
        MemorySegment.copy(bytes, 0, range(start, bytes.length), ValueLayout.JAVA_BYTE, 0,
                bytes.length);
    }

    public int readInt(GuestAddress address) {
        return range(address, Integer.BYTES).get(INT, 0);
    }

    public void writeInt(GuestAddress address, int value) {
        range(address, Integer.BYTES).set(INT, 0, value);
    }

    public long readLong(GuestAddress address) {
        return range(address, Long.BYTES).get(LONG, 0);
    }

    public void writeLong(GuestAddress address, long value) {
        range(address, Long.BYTES).set(LONG, 0, value);
    }

    /// {@return the sum of all slots}
    public long sizeBytes() {
        return slots.all().stream().mapToLong(MemorySlot::sizeBytes).sum();
    }
}
