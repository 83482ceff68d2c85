package dev.vmexit.cli;

import dev.vmexit.host.KernelChoice;
import picocli.CommandLine.Option;

/// `--kvm`, the same for every command that builds a machine.
final class KvmOption {
    @Option(names = "--kvm", paramLabel = "auto|kernel|soft",
            description = "Which KVM: the Linux kernel's, Soft KVM, or (auto) the faster one. "
                    + "Without it, VMEXIT_KVM counts.")
    private KernelChoice choice;

    KernelChoice choice() {
        return choice == null ? KernelChoice.asked() : choice;
    }
}
