package dev.vmexit.softkvm;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.DebugRegisters;
import dev.vmexit.softkvm.cpu.GuestFault;

/// `KVM_SET_GUEST_DEBUG`: what a debugger outside wants to see.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.87 KVM_SET_GUEST_DEBUG
final class GuestDebug {
    private static final int ENABLE = 1;
    private static final int SINGLE_STEP = 2;
    private static final int SOFTWARE_BREAKPOINTS = 1 << 16;
    private static final int HARDWARE_BREAKPOINTS = 1 << 17;
    private static final int INJECT_DB = 1 << 18;
    private static final int INJECT_BP = 1 << 19;
    static final int INJECTS = INJECT_DB | INJECT_BP;

    private int control;
    private final long[] registers = new long[8];

    /// `struct kvm_guest_debug`: control, padding, eight debug registers.
    void set(long address) {
        Wire in = Wire.at(address, 72);
        control = in.i32();
        in.skip(4);
        for (int n = 0; n < registers.length; n++) {
            registers[n] = in.i64();
        }
    }

    /// {@return the exception that the debugger passes on to the guest} It was set with one.
    int injected() {
        return (control & INJECT_DB) != 0 ? GuestFault.DB : GuestFault.BP;
    }

    private boolean has(int bit) {
        return (control & (ENABLE | bit)) == (ENABLE | bit);
    }

    boolean singleSteps() {
        return has(SINGLE_STEP);
    }

    boolean takesBreakpoints() {
        return has(SOFTWARE_BREAKPOINTS);
    }

    boolean hasCodeBreakpoints() {
        return has(HARDWARE_BREAKPOINTS) && DebugRegisters.anyCodeBreakpoint(registers[7]);
    }

    /// {@return DR7 as the CPU has it while the debugger uses its own breakpoints}
    long dr7(Cpu c) {
        return has(HARDWARE_BREAKPOINTS) ? registers[7] : c.dr[7];
    }

    int hits(Cpu c, long linear) {
        return hasCodeBreakpoints() ? DebugRegisters.hits(registers[7], registers, linear) : 0;
    }
}
