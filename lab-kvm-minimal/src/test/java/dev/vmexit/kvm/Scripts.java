package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.host.ScriptedKernel;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/// Scripted kernels for the tests: they answer as a KVM would, without being one.
public final class Scripts {
    public static final int RUN_PAGE_BYTES = 12288;

    private Scripts() {}

    /// {@return a kernel with a KVM of version 12 that has every capability}
    public static ScriptedKernel kvm() {
        return new ScriptedKernel()
                .on(Requests.KVM_GET_API_VERSION, (fd, argument) -> 12)
                .on(Requests.KVM_CHECK_EXTENSION, (fd, argument) -> 1)
                .on(Requests.KVM_GET_VCPU_MMAP_SIZE, (fd, argument) -> RUN_PAGE_BYTES)
                .creates(Requests.KVM_CREATE_VM)
                .creates(Requests.KVM_CREATE_VCPU)
                .on(Requests.KVM_SET_USER_MEMORY_REGION, (fd, argument) -> 0);
    }

    /// {@return a machine of that kernel, made without going through `Kvm`}
    public static Vm vm(ScriptedKernel kernel) {
        return new Vm(kernel, kernel.ioctl(kernel.open("/dev/kvm", 0), Requests.KVM_CREATE_VM, 0),
                RUN_PAGE_BYTES);
    }

    /// {@return the bytes at an address that was handed to an ioctl}
    @SuppressWarnings("restricted")
    public static String hex(long address, int sizeBytes) {
        byte[] bytes = MemorySegment.ofAddress(address).reinterpret(sizeBytes).toArray(JAVA_BYTE);
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    /// A vCPU whose registers are kept by the script: what is set can be got.
    public static ScriptedKernel withRegisters(ScriptedKernel kernel) {
        var regs = new Kept(Requests.KVM_GET_REGS, Requests.KVM_SET_REGS, 144);
        var sregs = new Kept(Requests.KVM_GET_SREGS, Requests.KVM_SET_SREGS, 312);
        powerOn(sregs.bytes);
        regs.install(kernel);
        sregs.install(kernel);
        return kernel;
    }

    /// The state after a reset: CS has the selector 0xF000 and the base 0xFFFF_0000.
    private static void powerOn(MemorySegment struct) {
        var code = new Segment(0xFFFF_0000L, 0xFFFF, 0xF000, 11, 1, 0, 0, 1, 0, 0, 0);
        var data = new Segment(0xABC0, 0xFFFF, 0xABC, 3, 1, 0, 0, 1, 0, 0, 0);
        code.write(struct, 0);
        for (int i = 1; i < 8; i++) {
            data.write(struct, i * Segment.LAYOUT.byteSize());
        }
    }

    private static final class Kept {
        private final MemorySegment bytes;
        private final long get;
        private final long set;

        Kept(long get, long set, int size) {
            this.get = get;
            this.set = set;
            this.bytes = java.lang.foreign.Arena.ofAuto().allocate(size, 8);
        }

        @SuppressWarnings("restricted")
        private MemorySegment at(long address) {
            return MemorySegment.ofAddress(address).reinterpret(bytes.byteSize());
        }

        void install(ScriptedKernel kernel) {
            kernel.on(get, (fd, argument) -> {
                at(argument).copyFrom(bytes);
                return 0;
            });
            kernel.on(set, (fd, argument) -> {
                bytes.copyFrom(at(argument));
                return 0;
            });
        }
    }
}
