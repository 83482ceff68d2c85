package dev.vmexit.kvm;

import dev.vmexit.memory.GuestAddress;

/// Reads an exit out of the `kvm_run` page.
///
/// A field is read once: KVM will not change it before the next `KVM_RUN`, but what it reports the
/// guest chose, so it is checked before it is used as a length.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "The kvm_run structure"
final class ExitDecoder {
    static final int KVM_EXIT_IO = 2;
    static final int KVM_EXIT_DEBUG = 4;
    static final int KVM_EXIT_HLT = 5;
    static final int KVM_EXIT_MMIO = 6;
    static final int KVM_EXIT_SHUTDOWN = 8;
    static final int KVM_EXIT_FAIL_ENTRY = 9;
    static final int KVM_EXIT_INTR = 10;
    static final int KVM_EXIT_INTERNAL_ERROR = 17;
    static final int KVM_EXIT_SYSTEM_EVENT = 24;

    static final int KVM_EXIT_IO_OUT = 1;
    static final int KVM_INTERNAL_ERROR_EMULATION = 1;

    private static final long IO_DIRECTION = KvmRun.offset("io", "direction");
    private static final long IO_SIZE = KvmRun.offset("io", "size");
    private static final long IO_PORT = KvmRun.offset("io", "port");
    private static final long IO_COUNT = KvmRun.offset("io", "count");
    private static final long IO_DATA_OFFSET = KvmRun.offset("io", "data_offset");
    private static final long MMIO_ADDRESS = KvmRun.offset("mmio", "phys_addr");
    private static final long MMIO_DATA = KvmRun.offset("mmio", "data");
    private static final long MMIO_LENGTH = KvmRun.offset("mmio", "len");
    private static final long MMIO_IS_WRITE = KvmRun.offset("mmio", "is_write");
    private static final long INTERNAL_SUBERROR = KvmRun.offset("internal", "suberror");
    private static final long INTERNAL_NDATA = KvmRun.offset("internal", "ndata");
    private static final long INTERNAL_DATA = KvmRun.offset("internal", "data");

    private ExitDecoder() {}

    /// {@return the exit that KVM reports}
    ///
    /// ```
    ///  exit_reason  record          from
    ///   2  IO       Out, In         io.direction: 1 is out, 0 is in
    ///   4  DEBUG    Debug           debug.exception, debug.pc
    ///   5  HLT      Hlt
    ///   6  MMIO     MmioWrite/Read  mmio.is_write: 1 is a write
    ///   8  SHUTDOWN Shutdown
    ///   9  FAIL_ENTRY  FailEntry    fail_entry.reason, fail_entry.cpu
    ///  10  INTR     Interrupted
    ///  17  INTERNAL_ERROR  InternalError
    ///  24  SYSTEM_EVENT    SystemEvent
    ///  any other    Unknown
    /// ```
    // tag::kvm-07[]
    static VmExit decode(KvmRun run) {
        // tag::solution[]
        int reason = run.exitReason();
        return switch (reason) {
            case KVM_EXIT_IO -> io(run);
            case KVM_EXIT_DEBUG -> new VmExit.Debug(run.u32(KvmRun.offset("debug", "exception")),
                    new GuestAddress(run.u64(KvmRun.offset("debug", "pc"))));
            case KVM_EXIT_HLT -> new VmExit.Hlt();
            case KVM_EXIT_MMIO -> mmio(run);
            case KVM_EXIT_SHUTDOWN -> new VmExit.Shutdown();
            case KVM_EXIT_FAIL_ENTRY -> new VmExit.FailEntry(
                    run.u64(KvmRun.offset("fail_entry", "reason")),
                    run.u32(KvmRun.offset("fail_entry", "cpu")));
            case KVM_EXIT_INTR -> new VmExit.Interrupted();
            case KVM_EXIT_INTERNAL_ERROR -> new VmExit.InternalError(
                    run.u32(INTERNAL_SUBERROR), instruction(run));
            case KVM_EXIT_SYSTEM_EVENT -> new VmExit.SystemEvent(
                    run.u32(KvmRun.offset("system_event", "type")));
            default -> new VmExit.Unknown(Integer.toUnsignedLong(reason));
        };
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-07", "turn the exit reason into a record of VmExit");
        // end::stub[]
    }
    // end::kvm-07[]

    // tag::kvm-07-io[]
    private static VmExit io(KvmRun run) {
        // tag::solution[]
        int port = run.u16(IO_PORT);
        int size = run.u8(IO_SIZE);
        int count = (int) run.u32(IO_COUNT);
        if (run.u8(IO_DIRECTION) != KVM_EXIT_IO_OUT) {
            return new VmExit.In(port, size, count);
        }
        byte[] data = run.bytes(run.u64(IO_DATA_OFFSET), (long) size * count); // <1>
        return new VmExit.Out(port, size, count, data);
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-07", "read direction, port, size, count, and the data of an OUT");
        // end::stub[]
    }
    // end::kvm-07-io[]

    // tag::kvm-07-mmio[]
    private static VmExit mmio(KvmRun run) {
        // tag::solution[]
        var address = new GuestAddress(run.u64(MMIO_ADDRESS));
        int size = (int) Math.min(run.u32(MMIO_LENGTH), Long.BYTES);
        if (run.u8(MMIO_IS_WRITE) == 0) {
            return new VmExit.MmioRead(address, size);
        }
        long value = run.u64(MMIO_DATA);
        long mask = size == Long.BYTES ? -1 : (1L << 8 * size) - 1; // <1>
        return new VmExit.MmioWrite(address, size, value & mask);
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-07", "read address, length and, for a write, the value");
        // end::stub[]
    }
    // end::kvm-07-mmio[]

    /// The bytes of the instruction KVM could not emulate, as many as it fetched. They are there
    /// only if bit 0 of the flags in `data[0]` says so: then `data[1]` begins with their number.
    private static byte[] instruction(KvmRun run) {
        boolean present = run.u32(INTERNAL_SUBERROR) == KVM_INTERNAL_ERROR_EMULATION
                && run.u32(INTERNAL_NDATA) >= 3 && (run.u64(INTERNAL_DATA) & 1) != 0;
        if (!present) {
            return new byte[0];
        }
        int size = Math.min(run.u8(INTERNAL_DATA + 8), 15);
        return run.bytes(INTERNAL_DATA + 9, size);
    }
}
