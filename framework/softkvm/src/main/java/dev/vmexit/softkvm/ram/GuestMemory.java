package dev.vmexit.softkvm.ram;

import java.util.ArrayList;
import java.util.List;

/// The guest-physical address space: which addresses are memory, and where that memory is.
///
/// Slots change rarely and are looked up at every TLB miss by every vCPU, so the list is replaced,
/// never changed; the vCPUs are told to forget what their TLBs remember.
public final class GuestMemory {
    /// Which host pages code was decoded from.
    public final CodeMarks code = new CodeMarks();

    private volatile List<Slot> slots = List.of();

    /// {@return the slot that holds this address, or null where no memory is: MMIO}
    public Slot find(long physical) {
        List<Slot> now = slots;
        for (int i = 0; i < now.size(); i++) {
            Slot slot = now.get(i);
            if (slot.contains(physical)) {
                return slot;
            }
        }
        return null;
    }

    public Slot numbered(int number) {
        for (Slot slot : slots) {
            if (slot.number() == number) {
                return slot;
            }
        }
        return null;
    }

    public boolean overlaps(Slot candidate) {
        return slots.stream().anyMatch(candidate::overlaps);
    }

    public synchronized void put(Slot slot) {
        var changed = new ArrayList<>(slots);
        changed.removeIf(old -> old.number() == slot.number());
        changed.add(slot);
        slots = List.copyOf(changed);
    }

    public synchronized void remove(int number) {
        var changed = new ArrayList<>(slots);
        changed.removeIf(old -> old.number() == number);
        slots = List.copyOf(changed);
    }
}
