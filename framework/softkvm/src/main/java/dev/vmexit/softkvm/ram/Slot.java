package dev.vmexit.softkvm.ram;

import java.util.concurrent.atomic.AtomicLongArray;

/// One memory slot: a range of guest-physical addresses that is host memory.
///
/// @param guest first guest-physical address, page-aligned
/// @param host address of the memory behind it
/// @param dirty one bit a page since the last `KVM_GET_DIRTY_LOG`; null when nothing is logged
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.35 KVM_SET_USER_MEMORY_REGION
public record Slot(int number, long guest, long sizeBytes, long host, boolean readOnly,
        AtomicLongArray dirty) {
    // tag::contains[]
    public boolean contains(long physical) {
        return Long.compareUnsigned(physical - guest, sizeBytes) < 0;
    }
    // end::contains[]

    public boolean overlaps(Slot other) {
        return number != other.number && guest < other.guest + other.sizeBytes
                && other.guest < guest + sizeBytes;
    }

    // tag::host[]
    public long hostOf(long physical) {
        return host + (physical - guest);
    }
    // end::host[]

    /// {@return whether writes to this page need not be noted (any more)}
    public boolean isDirty(long physical) {
        if (dirty == null) {
            return true;
        }
        long page = physical - guest >>> 12;
        return (dirty.get((int) (page >>> 6)) & 1L << page) != 0;
    }

    public void markDirty(long physical) {
        if (dirty != null) {
            long page = physical - guest >>> 12;
            dirty.getAndUpdate((int) (page >>> 6), word -> word | 1L << page);
        }
    }
}
