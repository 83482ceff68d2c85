package dev.vmexit.memory;

import java.lang.foreign.MemorySegment;

/// A range of guest-physical addresses with host memory behind it.
///
/// @param number how KVM tells slots apart
/// @param start the first guest-physical address, page-aligned
/// @param host the host's memory; as long as the slot, page-aligned
/// @param access what the guest may do, and whether KVM keeps a dirty log
public record MemorySlot(int number, GuestAddress start, MemorySegment host, Access access) {
    // tag::access[]
    /// KVM's flags for a slot, as combinations that make sense.
    public enum Access {
        READ_WRITE(0), LOGGED(1), READ_ONLY(2);
        // end::access[]

        private final int flags;

        Access(int flags) {
            this.flags = flags;
        }

        /// {@return `KVM_MEM_LOG_DIRTY_PAGES` (bit 0) and `KVM_MEM_READONLY` (bit 1)}
        public int flags() {
            return flags;
        }
    }

    public long sizeBytes() {
        return host.byteSize();
    }

    // tag::overlaps[]
    /// {@return the last address of the slot} Not the one after it: that may be 2⁶⁴.
    public GuestAddress last() {
        return start.plus(sizeBytes() - 1);
    }

    public boolean contains(GuestAddress address) {
        return address.isWithin(start, sizeBytes());
    }

    boolean overlaps(MemorySlot other) {
        return contains(other.start) || other.contains(start);
    }
    // end::overlaps[]

    @Override
    public String toString() {
        return "slot %d [%s, %s]".formatted(number, start, last());
    }
}
