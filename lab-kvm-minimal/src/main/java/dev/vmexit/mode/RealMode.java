package dev.vmexit.mode;

import dev.vmexit.course.Todo;
import dev.vmexit.kvm.Registers;
import dev.vmexit.kvm.Segment;
import dev.vmexit.kvm.SpecialRegisters;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.memory.GuestAddress;

/// 16 bits: where every x86 CPU wakes up, at 0xFFFF_FFF0, and where our guest is not.
public final class RealMode {
    private RealMode() {}

    /// Lets the next instruction be the one at `entry`, in real mode, with every segment at 0.
    ///
    /// In real mode the CPU fetches from CS.base + IP. After power-on CS has the selector 0xF000
    /// and the base 0xFFFF_0000; selector and base of CS, and of the data segments, must be 0 here.
    /// All general registers are 0, [Registers#RFLAGS_RESERVED] is set, and nothing else changes.
    ///
    /// @param entry below 64 KiB: IP has 16 bits
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 9.1.4 "First Instruction Executed"
    public static void enter(Vcpu vcpu, GuestAddress entry) {
        throw Todo.of("kvm-06", "put CS, DS, ES, FS, GS, SS to 0 and IP to the entry");
    }
}
