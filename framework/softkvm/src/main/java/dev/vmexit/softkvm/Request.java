package dev.vmexit.softkvm;

/// The `ioctl` requests that Soft KVM answers: direction, size of the argument, 0xAE, number.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4 "API description"
final class Request {
    static final int GET_API_VERSION = 0xAE00;
    static final int CREATE_VM = 0xAE01;
    static final int GET_MSR_INDEX_LIST = 0xC004_AE02;
    static final int CHECK_EXTENSION = 0xAE03;
    static final int GET_VCPU_MMAP_SIZE = 0xAE04;
    static final int GET_SUPPORTED_CPUID = 0xC008_AE05;
    static final int GET_EMULATED_CPUID = 0xC008_AE09;
    static final int GET_MSR_FEATURE_INDEX_LIST = 0xC004_AE0A;

    static final int CREATE_VCPU = 0xAE41;
    static final int GET_DIRTY_LOG = 0x4010_AE42;
    static final int SET_NR_MMU_PAGES = 0xAE44;
    static final int SET_USER_MEMORY_REGION = 0x4020_AE46;
    static final int SET_TSS_ADDR = 0xAE47;
    static final int SET_IDENTITY_MAP_ADDR = 0x4008_AE48;
    static final int CREATE_IRQCHIP = 0xAE60;
    static final int IRQ_LINE = 0x4008_AE61;
    static final int GET_IRQCHIP = 0xC208_AE62;
    static final int SET_IRQCHIP = 0x8208_AE63;
    static final int IRQ_LINE_STATUS = 0xC008_AE67;
    static final int SET_GSI_ROUTING = 0x4008_AE6A;
    static final int REINJECT_CONTROL = 0xAE71;
    static final int IRQFD = 0x4020_AE76;
    static final int CREATE_PIT2 = 0x4040_AE77;
    static final int SET_BOOT_CPU_ID = 0xAE78;
    static final int IOEVENTFD = 0x4040_AE79;
    static final int SET_CLOCK = 0x4030_AE7B;
    static final int GET_CLOCK = 0x8030_AE7C;
    static final int GET_PIT2 = 0x8070_AE9F;
    static final int SET_PIT2 = 0x4070_AEA0;
    /// Nothing here has to be enabled.
    static final int ENABLE_CAP = 0x4068_AEA3;
    static final int SIGNAL_MSI = 0x4020_AEA5;

    static final int RUN = 0xAE80;
    static final int GET_REGS = 0x8090_AE81;
    static final int SET_REGS = 0x4090_AE82;
    static final int GET_SREGS = 0x8138_AE83;
    static final int SET_SREGS = 0x4138_AE84;
    static final int TRANSLATE = 0xC018_AE85;
    static final int INTERRUPT = 0x4004_AE86;
    static final int GET_MSRS = 0xC008_AE88;
    static final int SET_MSRS = 0x4008_AE89;
    static final int SET_SIGNAL_MASK = 0x4004_AE8B;
    static final int GET_FPU = 0x81A0_AE8C;
    static final int SET_FPU = 0x41A0_AE8D;
    static final int GET_LAPIC = 0x8400_AE8E;
    static final int SET_LAPIC = 0x4400_AE8F;
    static final int SET_CPUID2 = 0x4008_AE90;
    static final int GET_CPUID2 = 0xC008_AE91;
    static final int GET_MP_STATE = 0x8004_AE98;
    static final int SET_MP_STATE = 0x4004_AE99;
    static final int NMI = 0xAE9A;
    static final int SET_GUEST_DEBUG = 0x4048_AE9B;
    static final int GET_VCPU_EVENTS = 0x8040_AE9F;
    static final int SET_VCPU_EVENTS = 0x4040_AEA0;
    static final int GET_DEBUGREGS = 0x8080_AEA1;
    static final int SET_DEBUGREGS = 0x4080_AEA2;
    static final int SET_TSC_KHZ = 0xAEA2;
    static final int GET_TSC_KHZ = 0xAEA3;
    static final int GET_XSAVE = 0x9000_AEA4;
    static final int SET_XSAVE = 0x5000_AEA5;
    static final int GET_XCRS = 0x8188_AEA6;
    static final int SET_XCRS = 0x4188_AEA7;
    static final int KVMCLOCK_CTRL = 0xAEAD;

    private Request() {}
}
