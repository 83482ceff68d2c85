package dev.vmexit.softkvm.abi;

/// The requests, computed from what the specification says of each: direction, and the size of the
/// struct. On purpose not the numbers that Soft KVM itself uses.
///
/// ```
///  31 30  29 ... 16   15 ... 8   7 ... 0
///  dir    size        0xAE       number        dir: 1 the kernel reads, 2 it writes, 3 both
/// ```
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4 "API description"
enum Request {
    GET_API_VERSION(0, 0x00, 0),
    CREATE_VM(0, 0x01, 0),
    GET_MSR_INDEX_LIST(3, 0x02, 4), //
    CHECK_EXTENSION(0, 0x03, 0),
    GET_VCPU_MMAP_SIZE(0, 0x04, 0), //
    GET_SUPPORTED_CPUID(3, 0x05, 8),
    GET_EMULATED_CPUID(3, 0x09, 8), //
    GET_MSR_FEATURE_INDEX_LIST(3, 0x0A, 4), //

    CREATE_VCPU(0, 0x41, 0),
    GET_DIRTY_LOG(1, 0x42, 16),
    SET_NR_MMU_PAGES(0, 0x44, 0), //
    SET_USER_MEMORY_REGION(1, 0x46, 32),
    SET_TSS_ADDR(0, 0x47, 0), //
    SET_IDENTITY_MAP_ADDR(1, 0x48, 8),
    CREATE_IRQCHIP(0, 0x60, 0),
    IRQ_LINE(1, 0x61, 8), //
    GET_IRQCHIP(3, 0x62, 520),
    SET_IRQCHIP(2, 0x63, 520),
    IRQ_LINE_STATUS(3, 0x67, 8), //
    SET_GSI_ROUTING(1, 0x6A, 8),
    IRQFD(1, 0x76, 32),
    CREATE_PIT2(1, 0x77, 64), //
    SET_BOOT_CPU_ID(0, 0x78, 0),
    IOEVENTFD(1, 0x79, 64),
    SET_CLOCK(1, 0x7B, 48), //
    GET_CLOCK(2, 0x7C, 48),
    GET_PIT2(2, 0x9F, 112),
    SET_PIT2(1, 0xA0, 112), //
    ENABLE_CAP(1, 0xA3, 104),
    SIGNAL_MSI(1, 0xA5, 32), //

    RUN(0, 0x80, 0),
    GET_REGS(2, 0x81, 144),
    SET_REGS(1, 0x82, 144),
    GET_SREGS(2, 0x83, 312), //
    SET_SREGS(1, 0x84, 312),
    TRANSLATE(3, 0x85, 24),
    INTERRUPT(1, 0x86, 4), //
    GET_MSRS(3, 0x88, 8),
    SET_MSRS(1, 0x89, 8),
    GET_FPU(2, 0x8C, 416),
    SET_FPU(1, 0x8D, 416), //
    GET_LAPIC(2, 0x8E, 1024),
    SET_LAPIC(1, 0x8F, 1024),
    SET_CPUID2(1, 0x90, 8), //
    GET_CPUID2(3, 0x91, 8),
    GET_MP_STATE(2, 0x98, 4),
    SET_MP_STATE(1, 0x99, 4), //
    NMI(0, 0x9A, 0),
    SET_GUEST_DEBUG(1, 0x9B, 72),
    GET_VCPU_EVENTS(2, 0x9F, 64), //
    SET_VCPU_EVENTS(1, 0xA0, 64),
    GET_DEBUGREGS(2, 0xA1, 128),
    SET_DEBUGREGS(1, 0xA2, 128), //
    SET_TSC_KHZ(0, 0xA2, 0),
    GET_TSC_KHZ(0, 0xA3, 0),
    GET_XSAVE(2, 0xA4, 4096), //
    SET_XSAVE(1, 0xA5, 4096),
    GET_XCRS(2, 0xA6, 392),
    SET_XCRS(1, 0xA7, 392), //
    KVMCLOCK_CTRL(0, 0xAD, 0);

    private static final int KVM = 0xAE;

    final long number;
    final int sizeBytes;

    Request(int direction, int number, int sizeBytes) {
        this.number = (long) direction << 30 | (long) sizeBytes << 16 | KVM << 8 | number;
        this.sizeBytes = sizeBytes;
    }
}
