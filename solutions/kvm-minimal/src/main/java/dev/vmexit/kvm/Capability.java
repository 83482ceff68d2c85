package dev.vmexit.kvm;

/// What a KVM may or may not be able to do, with the number that `KVM_CHECK_EXTENSION` takes.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.4 "KVM_CHECK_EXTENSION"
public enum Capability {
    IRQCHIP(0, "interrupt controllers in the kernel"), //
    USER_MEMORY(3, "guest memory that is this process's own"), //
    SET_TSS_ADDR(4, "a place for the task state segment that Intel CPUs need"), //
    EXT_CPUID(7, "CPUID that the host chooses"), //
    PIT2(33, "a timer chip in the kernel"), //
    IRQFD(32, "interrupts raised by an eventfd"), //
    IOEVENTFD(36, "port and memory writes that signal an eventfd"), //
    SIGNAL_MSI(77, "interrupts that are messages"), //
    IMMEDIATE_EXIT(136, "a run that can be stopped from outside without a race"), //
    REPORTED_WRITES(0x534F_4654, "writes into guest memory that Soft KVM is told of");

    private final int number;
    private final String meaning;

    Capability(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }
}
