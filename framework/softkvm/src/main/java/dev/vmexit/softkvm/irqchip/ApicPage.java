package dev.vmexit.softkvm.irqchip;

import java.nio.ByteBuffer;

/// The register file of a local APIC, in the slots of `struct kvm_lapic_state`. The first four of a
/// slot's sixteen bytes are the register; the others do not exist.
final class ApicPage {
    static final int SIZE_BYTES = ApicRegister.SLOTS * ApicRegister.SLOT_BYTES;

    private final int[] slots = new int[ApicRegister.SLOTS];

    int get(ApicRegister register) {
        return slots[register.slot()];
    }

    int get(int slot) {
        return slots[slot];
    }

    void set(ApicRegister register, int value) {
        slots[register.slot()] = value;
    }

    void clear() {
        java.util.Arrays.fill(slots, 0);
    }

    // --- ISR, TMR and IRR: 256 bits in eight slots ---

    boolean test(ApicRegister vectors, int vector) {
        return (slots[vectors.slot() + vector / 32] & 1 << vector % 32) != 0;
    }

    void put(ApicRegister vectors, int vector, boolean bit) {
        int slot = vectors.slot() + vector / 32;
        int mask = 1 << vector % 32;
        slots[slot] = bit ? slots[slot] | mask : slots[slot] & ~mask;
    }

    /// {@return the highest vector in the set, or -1 if it is empty}
    int highest(ApicRegister vectors) {
        for (int i = 7; i >= 0; i--) {
            int bits = slots[vectors.slot() + i];
            if (bits != 0) {
                return i * 32 + 31 - Integer.numberOfLeadingZeros(bits);
            }
        }
        return -1;
    }

    // --- struct kvm_lapic_state ---

    /// @param state little-endian
    void save(ByteBuffer state) {
        for (int slot : slots) {
            state.putInt(slot).putInt(0).putLong(0);
        }
    }

    void load(ByteBuffer state) {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = state.getInt(i * ApicRegister.SLOT_BYTES);
        }
    }
}
