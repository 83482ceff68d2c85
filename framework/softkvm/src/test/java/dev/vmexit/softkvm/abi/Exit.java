package dev.vmexit.softkvm.abi;

/// `kvm_run.exit_reason`, and where in `kvm_run` the details are.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "The kvm_run structure"
final class Exit {
    static final int IO = 2;
    static final int DEBUG = 4;
    static final int HLT = 5;
    static final int MMIO = 6;
    static final int IRQ_WINDOW_OPEN = 7;
    static final int SHUTDOWN = 8;
    static final int FAIL_ENTRY = 9;
    static final int INTR = 10;
    static final int INTERNAL_ERROR = 17;

    static final int REQUEST_INTERRUPT_WINDOW = 0;
    static final int IMMEDIATE_EXIT = 1;
    static final int READY_FOR_INTERRUPT = 12;
    static final int IF_FLAG = 13;
    static final int CR8 = 16;
    static final int APIC_BASE = 24;
    static final int DETAILS = 32;

    private Exit() {}
}
