package dev.vmexit.boot;

import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.UnsupportedKvm;
import dev.vmexit.softkvm.Options;
import dev.vmexit.softkvm.SoftKernel;
import java.util.Optional;

/// Which of the two kernels a machine is built on, and why.
///
/// `auto` measures: a `/dev/kvm` that is there may be a hundred times slower than Soft KVM.
///
/// @param soft the same as `libc` if it is Soft KVM
public record KernelPick(LibC libc, Optional<SoftKernel> soft, String why) {
    /// So fast is only a CPU that executes the guest itself; Soft KVM need not be asked.
    private static final double SURELY_HARDWARE = 1e9;

    /// @param options for Soft KVM, if it is that
    /// @throws KernelException if `choice` is `KERNEL` and `/dev/kvm` cannot be used
    public static KernelPick of(KernelChoice choice, Options options) {
        return switch (choice) {
            case SOFT -> soft(options, "Soft KVM, as asked");
            case KERNEL -> kernel("/dev/kvm runs " + KvmSpeed.measure(nativeKernel())
                    + ", and is used because --kvm=kernel insists");
            case AUTO -> measured(options);
        };
    }

    private static KernelPick measured(Options options) {
        if (!KernelChoice.deviceIsThere()) {
            return soft(options, "there is no /dev/kvm that can be opened: Soft KVM is used");
        }
        try {
            KvmSpeed kernel = KvmSpeed.measure(nativeKernel());
            if (kernel.instructionsPerSecond() >= SURELY_HARDWARE) {
                return kernel("/dev/kvm runs " + kernel + ": it is used");
            }
            KvmSpeed own = KvmSpeed.measure(new SoftKernel(options));
            String both = "/dev/kvm runs " + kernel + ", Soft KVM " + own.inMillions() + ": ";
            return own.instructionsPerSecond() > kernel.instructionsPerSecond()
                    ? soft(options, both + "Soft KVM is used")
                    : kernel(both + "/dev/kvm is used");
        } catch (KernelException | UnsupportedKvm unusable) {
            return soft(options, "/dev/kvm cannot be used (" + unusable.getMessage()
                    + "): Soft KVM is used");
        }
    }

    private static LibC nativeKernel() {
        return KernelChoice.KERNEL.open();
    }

    private static KernelPick kernel(String why) {
        return new KernelPick(nativeKernel(), Optional.empty(), why);
    }

    private static KernelPick soft(Options options, String why) {
        var kernel = new SoftKernel(options);
        return new KernelPick(kernel, Optional.of(kernel), why);
    }
}
