package dev.vmexit.tiny;

import dev.vmexit.course.Todo;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.VmExit;
import java.util.function.Consumer;

/// The heart of a hypervisor: enter the guest, see why it left, answer, enter again.
///
/// ```
///        ┌──────────── run() ────────────┐
///        ▼                               │
///   the guest runs  ──exit──►  what is it?
///                                ├ Out, MmioWrite   tell the device        ──► again
///                                ├ In, MmioRead     ask the device, answer ──► again
///                                └ anything else    return it              ──► the caller
/// ```
public final class RunLoop {
    private final Vcpu vcpu;
    private final Devices devices;
    private final Consumer<VmExit> watcher;

    /// @param watcher is shown every exit before it is answered
    public RunLoop(Vcpu vcpu, Devices devices, Consumer<VmExit> watcher) {
        this.vcpu = vcpu;
        this.devices = devices;
        this.watcher = watcher;
    }

    /// Runs the guest until an exit that no device can answer, or until the devices say it is off.
    ///
    /// The watcher sees each exit first. A switch over all of [VmExit] without `default`: an exit
    /// that is added later stops the compiler here.
    ///
    /// @return the exit that ended it
    public VmExit run() {
        throw Todo.of("kvm-08", "run the vCPU, switch over the exit, repeat");
    }

    /// Hands each of the `count` values of an exit to the port, in order.
    ///
    /// The bytes of a value are little-endian.
    private void out(VmExit.Out out) {
        throw Todo.of("kvm-08", "tell the device every value that was written");
    }

    /// Asks the port for each of the `count` values, in order, and answers with it. The guest has
    /// them after the next run.
    private void in(VmExit.In in) {
        throw Todo.of("kvm-09", "ask the device for each value, and answer the vCPU");
    }

    private void mmioWrite(VmExit.MmioWrite write) {
        throw Todo.of("kvm-10", "tell the device");
    }

    private void mmioRead(VmExit.MmioRead read) {
        throw Todo.of("kvm-10", "ask the device, and answer the vCPU");
    }
}
