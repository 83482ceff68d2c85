package dev.vmexit.boot;

import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.machine.Accelerator;
import dev.vmexit.softkvm.Options;
import dev.vmexit.softkvm.SoftKernel;
import java.util.Optional;

/// Which of the two kernels a machine is built on, and why: [Accelerator] with the real ones.
///
/// @param soft the same as `libc` if it is Soft KVM
public record KernelPick(LibC libc, Optional<SoftKernel> soft, String why) {
    /// @param options for Soft KVM, if it is that
    /// @throws dev.vmexit.host.KernelException if `choice` is `KERNEL` and `/dev/kvm` cannot be
    /// used
    public static KernelPick of(KernelChoice choice, Options options) {
        var real = new Accelerator.Candidates(KernelChoice::deviceIsThere,
                KernelChoice.KERNEL::open, () -> new SoftKernel(options, nativeCalls()),
                libc -> KvmSpeed.measure(libc).instructionsPerSecond());
        Accelerator chosen = Accelerator.choose(choice, real);
        Optional<SoftKernel> soft = chosen.libc() instanceof SoftKernel own
                ? Optional.of(own)
                : Optional.empty();
        return new KernelPick(chosen.libc(), soft, chosen.why());
    }

    /// The C library of Linux. Where it cannot be had Soft KVM does without.
    private static Optional<LibC> nativeCalls() {
        try {
            return System.getProperty("os.name").equals("Linux")
                    ? Optional.of(KernelChoice.KERNEL.open())
                    : Optional.empty();
        } catch (LinkageError none) {
            return Optional.empty();
        }
    }
}
