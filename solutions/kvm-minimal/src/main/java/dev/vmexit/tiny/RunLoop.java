package dev.vmexit.tiny;

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
    // tag::kvm-08[]
    public VmExit run() {
        // tag::solution[]
        while (true) {
            VmExit exit = vcpu.run();
            watcher.accept(exit);
            switch (exit) {
                case VmExit.Out out -> out(out);
                case VmExit.In in -> in(in);
                case VmExit.MmioWrite write -> mmioWrite(write);
                case VmExit.MmioRead read -> mmioRead(read);
                case VmExit.Final end -> {
                    return end;
                }
            }
            if (devices.isOff()) {
                return exit;
            }
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-08", "run the vCPU, switch over the exit, repeat");
        // end::stub[]
    }
    // end::kvm-08[]

    /// Hands each of the `count` values of an exit to the port, in order.
    ///
    /// The bytes of a value are little-endian.
    // tag::kvm-08-out[]
    private void out(VmExit.Out out) {
        // tag::solution[]
        for (int i = 0; i < out.count(); i++) {
            long value = 0;
            for (int b = 0; b < out.size(); b++) {
                value |= (out.data()[i * out.size() + b] & 0xFFL) << 8 * b; // <1>
            }
            devices.out(out.port(), out.size(), value);
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-08", "tell the device every value that was written");
        // end::stub[]
    }
    // end::kvm-08-out[]

    /// Asks the port for each of the `count` values, in order, and answers with it. The guest has
    /// them after the next run.
    // tag::kvm-09[]
    private void in(VmExit.In in) {
        // tag::solution[]
        for (int i = 0; i < in.count(); i++) {
            vcpu.answer(in, i, devices.in(in.port(), in.size()));
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-09", "ask the device for each value, and answer the vCPU");
        // end::stub[]
    }
    // end::kvm-09[]

    // tag::kvm-10-loop[]
    private void mmioWrite(VmExit.MmioWrite write) {
        // tag::solution[]
        devices.write(write.address(), write.size(), write.value());
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-10", "tell the device");
        // end::stub[]
    }

    private void mmioRead(VmExit.MmioRead read) {
        // tag::solution[]
        vcpu.answer(read, 0, devices.read(read.address(), read.size()));
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-10", "ask the device, and answer the vCPU");
        // end::stub[]
    }
    // end::kvm-10-loop[]
}
