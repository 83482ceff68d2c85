package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;

/// `/dev/kvm` itself: what there is, and new VMs.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.1 to 4.5, 4.46
final class KvmDevice implements SoftFile {
    static final int API_VERSION = 12;
    static final int VCPU_MMAP_SIZE = 3 * 4096;

    private final SoftKernel kernel;

    KvmDevice(SoftKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public long ioctl(int request, long argument) {
        return switch (request) {
            case Request.GET_API_VERSION -> requireNone(argument, API_VERSION);
            case Request.CREATE_VM -> argument == 0
                    ? kernel.add(new Vm(kernel))
                    : fail(Errno.EINVAL);
            case Request.CHECK_EXTENSION -> Extension.value(argument);
            case Request.GET_VCPU_MMAP_SIZE -> requireNone(argument, VCPU_MMAP_SIZE);
            case Request.GET_SUPPORTED_CPUID -> SupportedCpuid.write(argument);
            case Request.GET_EMULATED_CPUID -> SupportedCpuid.writeNone(argument);
            case Request.GET_MSR_INDEX_LIST -> MsrLists.writeIndexList(argument);
            case Request.GET_MSR_FEATURE_INDEX_LIST -> MsrLists.writeFeatureList(argument);
            case Request.GET_MSRS -> MsrLists.readFeatures(argument);
            default -> fail(Errno.EINVAL);
        };
    }

    private static long requireNone(long argument, long result) {
        return argument == 0 ? result : fail(Errno.EINVAL);
    }

    static long fail(Errno errno) {
        throw new KvmError(errno);
    }
}
