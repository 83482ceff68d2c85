package dev.vmexit.softkvm;

/// What `KVM_CHECK_EXTENSION` says of each capability that Soft KVM has; 0 of every other.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.4 KVM_CHECK_EXTENSION
enum Extension {
    IRQCHIP(0, 1), //
    HLT(1, 1), //
    MMU_SHADOW_CACHE_CONTROL(2, 1), //
    USER_MEMORY(3, 1), //
    SET_TSS_ADDR(4, 1), //
    EXT_CPUID(7, 1), //
    NR_VCPUS(9, 64), //
    NR_MEMSLOTS(10, 32_764), //
    PIT(11, 1), //
    MP_STATE(14, 1), //
    SYNC_MMU(16, 1), //
    USER_NMI(22, 1), //
    SET_GUEST_DEBUG(23, 1), //
    IRQ_ROUTING(25, 4096), //
    IRQ_INJECT_STATUS(26, 1), //
    DESTROY_MEMORY_REGION_WORKS(21, 1), //
    JOIN_MEMORY_REGIONS_WORKS(30, 1), //
    IRQFD(32, 1), //
    PIT2(33, 1), //
    SET_BOOT_CPU_ID(34, 1), //
    PIT_STATE2(35, 1), //
    IOEVENTFD(36, 1), //
    SET_IDENTITY_MAP_ADDR(37, 1), //
    ADJUST_CLOCK(39, 2), //
    INTERNAL_ERROR_DATA(40, 1), //
    VCPU_EVENTS(41, 1), //
    DEBUGREGS(50, 1), //
    XSAVE(55, 1), //
    XCRS(56, 1), //
    GET_TSC_KHZ(61, 1), //
    MAX_VCPUS(66, 64), //
    TSC_DEADLINE_TIMER(72, 1), //
    KVMCLOCK_CTRL(76, 1), //
    SIGNAL_MSI(77, 1), //
    READONLY_MEM(81, 1), //
    MAX_VCPU_ID(128, 64), //
    IMMEDIATE_EXIT(136, 1),
    /// Soft KVM's own, far from the kernel's numbers ("SOFT"): the process reports what it writes
    /// into guest memory by [dev.vmexit.host.LibC#cacheflush], from when a VM has enabled it.
    REPORTED_WRITES(0x534F_4654, 1);

    private final int number;
    private final int value;

    Extension(int number, int value) {
        this.number = number;
        this.value = value;
    }

    int number() {
        return number;
    }

    static int value(long number) {
        for (Extension e : values()) {
            if (e.number == number) {
                return e.value;
            }
        }
        return 0;
    }
}
