package dev.vmexit.kvm;

/// The `ioctl` requests of KVM.
///
/// ```
///  31 30 │ 29 … 16 │ 15 … 8 │ 7 … 0
///  dir   │ size    │ 0xAE   │ number      dir: 0 none, 1 we write, 2 we read, 3 both
/// ```
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4 "API description"
public final class Requests {
    // tag::system[]
    public static final long KVM_GET_API_VERSION = none(0x00);
    public static final long KVM_CREATE_VM = none(0x01);
    public static final long KVM_CHECK_EXTENSION = none(0x03);
    public static final long KVM_GET_VCPU_MMAP_SIZE = none(0x04);
    // end::system[]
    public static final long KVM_GET_SUPPORTED_CPUID = readWrite(0x05, 8);

    public static final long KVM_CREATE_VCPU = none(0x41);
    public static final long KVM_GET_DIRTY_LOG = write(0x42, 16);
    public static final long KVM_SET_USER_MEMORY_REGION = write(0x46, 32);
    public static final long KVM_SET_TSS_ADDR = none(0x47);
    public static final long KVM_SET_IDENTITY_MAP_ADDR = write(0x48, 8);
    public static final long KVM_CREATE_IRQCHIP = none(0x60);
    public static final long KVM_IRQ_LINE = write(0x61, 8);
    public static final long KVM_IRQFD = write(0x76, 32);
    public static final long KVM_GET_IRQCHIP = readWrite(0x62, 520);
    public static final long KVM_SET_IRQCHIP = read(0x63, 520);
    public static final long KVM_CREATE_PIT2 = write(0x77, 64);
    public static final long KVM_IOEVENTFD = write(0x79, 64);
    public static final long KVM_SET_CLOCK = write(0x7B, 48);
    public static final long KVM_GET_CLOCK = read(0x7C, 48);
    public static final long KVM_GET_PIT2 = read(0x9F, 112);
    public static final long KVM_SET_PIT2 = write(0xA0, 112);
    public static final long KVM_ENABLE_CAP = write(0xA3, 104);
    public static final long KVM_SIGNAL_MSI = write(0xA5, 32);

    public static final long KVM_RUN = none(0x80);
    public static final long KVM_GET_REGS = read(0x81, 144);
    public static final long KVM_SET_REGS = write(0x82, 144);
    public static final long KVM_GET_SREGS = read(0x83, 312);
    public static final long KVM_SET_SREGS = write(0x84, 312);
    public static final long KVM_TRANSLATE = readWrite(0x85, 24);
    public static final long KVM_GET_MSRS = readWrite(0x88, 8);
    public static final long KVM_SET_MSRS = write(0x89, 8);
    public static final long KVM_GET_LAPIC = read(0x8E, 1024);
    public static final long KVM_SET_LAPIC = write(0x8F, 1024);
    public static final long KVM_SET_CPUID2 = write(0x90, 8);
    public static final long KVM_GET_MP_STATE = read(0x98, 4);
    public static final long KVM_SET_MP_STATE = write(0x99, 4);
    public static final long KVM_GET_VCPU_EVENTS = read(0x9F, 64);
    public static final long KVM_SET_VCPU_EVENTS = write(0xA0, 64);
    public static final long KVM_GET_DEBUGREGS = read(0xA1, 128);
    public static final long KVM_SET_DEBUGREGS = write(0xA2, 128);
    public static final long KVM_GET_XSAVE = read(0xA4, 4096);
    public static final long KVM_SET_XSAVE = write(0xA5, 4096);
    public static final long KVM_GET_XCRS = read(0xA6, 392);
    public static final long KVM_SET_XCRS = write(0xA7, 392);
    public static final long KVM_KVMCLOCK_CTRL = none(0xAD);

    private Requests() {}

    // tag::encode[]
    private static long none(int number) {
        return 0xAE00 | number;
    }

    private static long write(int number, int sizeBytes) {
        return 1L << 30 | (long) sizeBytes << 16 | none(number);
    }

    private static long read(int number, int sizeBytes) {
        return 2L << 30 | (long) sizeBytes << 16 | none(number);
    }
    // end::encode[]

    private static long readWrite(int number, int sizeBytes) {
        return 3L << 30 | (long) sizeBytes << 16 | none(number);
    }
}
