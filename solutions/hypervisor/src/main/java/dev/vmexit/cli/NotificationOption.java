package dev.vmexit.cli;

import dev.vmexit.boot.KernelPick;
import picocli.CommandLine.Option;

/// `--ioeventfd`, for measurements and for a KVM that does it wrong.
final class NotificationOption {
    @Option(names = "--ioeventfd", paramLabel = "on|off",
            description = "Whether KVM itself takes a guest's notification of a virtio device, or "
                    + "each is an exit to this process. Without it: on with the kernel's KVM, off "
                    + "with Soft KVM, as each is faster.")
    private Choice choice;

    enum Choice {
        ON, OFF
    }

    boolean byEventfd(KernelPick pick) {
        return choice == null ? pick.soft().isEmpty() : choice == Choice.ON;
    }
}
