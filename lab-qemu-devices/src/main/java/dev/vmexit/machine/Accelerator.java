package dev.vmexit.machine;

import dev.vmexit.course.Todo;
import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.UnsupportedKvm;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// What executes the guest's instructions for a machine, and why it was chosen; QEMU's word for it
/// is accelerator. The machine is the same on both: it sees a [LibC] and asks no further.
///
/// ```
///   --kvm kernel    /dev/kvm, however slow
///   --kvm soft      Soft KVM; /dev/kvm is not looked at
///   --kvm auto      /dev/kvm, if it is there and the faster one; else Soft KVM
/// ```
///
/// `auto` measures: a `/dev/kvm` that is there may be a hundred times slower than Soft KVM.
///
/// @param why one line for people
public record Accelerator(LibC libc, String why) {
    /// The two that there are, and how to compare them.
    ///
    /// @param deviceIsThere whether `/dev/kvm` can be opened
    /// @param kernel gives the kernel's own
    /// @param soft gives a new Soft KVM each time
    /// @param speed instructions a second in ring 0; throws [KernelException] or [UnsupportedKvm]
    /// where no guest can be run
    public record Candidates(BooleanSupplier deviceIsThere, Supplier<LibC> kernel,
            Supplier<LibC> soft, ToDoubleFunction<LibC> speed) {}

    /// So fast is only a CPU that executes the guest itself; Soft KVM need not be asked.
    static final double SURELY_HARDWARE = 1e9;

    /// {@return the one that is asked for}
    ///
    /// @throws KernelException or [UnsupportedKvm] if the choice is `KERNEL` and it runs no guest
    public static Accelerator choose(KernelChoice choice, Candidates from) {
        throw Todo.of("dev-19", "obey KERNEL and SOFT; look and measure for AUTO");
    }

    /// {@return the kernel's KVM if it is surely hardware or not slower than Soft KVM, else a Soft
    /// KVM}
    ///
    /// Where the kernel's runs no guest at all, that is no error but Soft KVM's turn. The Soft KVM
    /// that was measured is not the one that is returned: its statistics would begin with the
    /// measurement.
    private static Accelerator faster(Candidates from) {
        throw Todo.of("dev-19", "measure the kernel's, then if need be Soft KVM, and compare");
    }

    private static Accelerator soft(Candidates from, String why) {
        return new Accelerator(from.soft().get(), why);
    }

    private static double speed(Candidates from, LibC libc) {
        return from.speed().applyAsDouble(libc);
    }

    private static String inRing0(double instructionsPerSecond) {
        return millions(instructionsPerSecond) + " instructions/s in ring 0";
    }

    private static String millions(double instructionsPerSecond) {
        return "%.1f million".formatted(instructionsPerSecond / 1e6);
    }
}
