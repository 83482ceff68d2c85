package dev.vmexit.linux;

import dev.vmexit.kvm.Vcpu;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import java.util.List;

/// What stands between a kernel's file and its first instruction: one for each boot protocol.
public interface BootLoader {
    /// Fills the memory, which is all zeros but for the ACPI tables. Everything is checked before
    /// anything is written.
    ///
    /// @param slots the machine's RAM, lowest first; the first slot begins at 0
    /// @throws BootFailure if something does not fit
    void load(GuestMemory memory, List<MemorySlot> slots);

    /// Lets the first CPU begin where and in the state that the protocol says. After [#load].
    void enter(Vcpu vcpu, GuestMemory memory);
}
