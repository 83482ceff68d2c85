package dev.vmexit.memory;

import dev.vmexit.course.Todo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which parts of the guest's address space are RAM. What is in no slot is MMIO, or nothing.
///
/// Changed while the machine is built, by one thread; read by many afterwards.
public final class MemorySlots {
    public static final long PAGE_BYTES = 4096;

    private final List<MemorySlot> slots = new ArrayList<>();

    /// Takes a slot in, or says why not. KVM would answer `EINVAL` or `EEXIST` without a reason.
    ///
    /// - its size is a multiple of 4096, and not 0;
    /// - its start and its host memory are page-aligned;
    /// - it does not wrap around the end of the address space;
    /// - its number is new, and it shares no address with a slot that is there.
    ///
    /// @throws IllegalArgumentException that names the slot and, for an overlap, the other one
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.35 "KVM_SET_USER_MEMORY_REGION"
    public void add(MemorySlot slot) {
        throw Todo.of("kvm-04", "check the slot against the rules above, then keep it");
    }

    private static void requireAligned(MemorySlot slot) {
        boolean aligned = slot.start().isAligned(PAGE_BYTES)
                && (slot.host().address() | slot.sizeBytes()) % PAGE_BYTES == 0;
        if (!aligned || slot.sizeBytes() == 0) {
            throw new IllegalArgumentException("slot %d at %s with %d bytes: start, size and host"
                    .formatted(slot.number(), slot.start(), slot.sizeBytes())
                    + " memory must be multiples of 4096, and the size not 0");
        }
        if (slot.last().compareTo(slot.start()) < 0) {
            throw new IllegalArgumentException(slot + " wraps around the end of memory");
        }
    }

    /// Forgets a slot; nothing happens if there is none of that number.
    public void remove(int number) {
        slots.removeIf(slot -> slot.number() == number);
    }

    public Optional<MemorySlot> find(GuestAddress address) {
        for (MemorySlot slot : slots) {
            if (slot.contains(address)) {
                return Optional.of(slot);
            }
        }
        return Optional.empty();
    }

    public List<MemorySlot> all() {
        return List.copyOf(slots);
    }
}
