package dev.vmexit.softkvm.abi;

import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.softkvm.SoftKernel;
import java.util.Optional;

/// The two that answer `/dev/kvm`.
enum Kernel {
    KVM, SOFT;

    private static final LibC SOFT_KERNEL = new SoftKernel();

    /// {@return the kernel, or nothing where this machine has none that this process may use}
    Optional<LibC> libc() {
        return this == SOFT ? Optional.of(SOFT_KERNEL) : nativeKernel();
    }

    /// The process's own choice is asked, so that `VMEXIT_KVM=soft` keeps its word here, too.
    private static Optional<LibC> nativeKernel() {
        if (!KernelChoice.deviceIsThere() || KernelChoice.asked() == KernelChoice.SOFT) {
            return Optional.empty();
        }
        return Optional.of(LibC.host());
    }
}
