package dev.vmexit.machine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Vm;
import dev.vmexit.virtio.Doorbell;
import dev.vmexit.virtio.VirtioPci;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// An eventfd that KVM adds to where the guest writes to a notification register: the device's
/// thread wakes up, and `KVM_RUN` does not return for it.
///
/// One for all queues of a device, so its thread looks at each of them. A write that KVM does not
/// take, of another length, is an exit as before.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.59 "KVM_IOEVENTFD"
final class EventDoorbell implements Doorbell {
    /// What drivers write: the number of a queue, `le16`.
    private static final int LENGTH = 2;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment count = arena.allocate(JAVA_LONG);
    private final MemorySegment one = arena.allocate(JAVA_LONG);
    private final LibC libc;
    private final Vm vm;
    private final int fd;
    private long listening;
    private int registers;
    private boolean closed;

    // tag::bell[]
    EventDoorbell(LibC libc, Vm vm) {
        this.libc = libc;
        this.vm = vm;
        this.fd = KernelException.check("eventfd", libc.eventfd(0, LibC.EFD_CLOEXEC));
        one.set(JAVA_LONG, 0, 1);
    }

    /// Whoever comes too late must not write to what has the descriptor's number now.
    @Override
    public synchronized void ring() {
        if (!closed) {
            libc.write(fd, one);
        }
    }

    @Override
    public boolean await() {
        libc.read(fd, count);
        return true;
    }
    // end::bell[]

    // tag::listen[]
    @Override
    public synchronized void listenAt(long address, int wanted) {
        if (address == listening && wanted == registers) {
            return;
        }
        for (int n = 0; n < registers; n++) {
            vm.signalNoMoreAt(register(n), LENGTH, fd);
        }
        listening = address;
        registers = 0;
        while (registers < wanted && listen(register(registers))) {
            registers++;
        }
    }
    // end::listen[]

    /// {@return false if KVM has one there already, two devices having been put in one place, or no
    /// room for more} A write there is an exit then, as without an eventfd.
    private boolean listen(long register) {
        try {
            vm.signalAt(register, LENGTH, fd);
            return true;
        } catch (KernelException refused) {
            return false;
        }
    }

    private long register(int n) {
        return listening + (long) n * VirtioPci.NOTIFY_BYTES;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            listenAt(0, 0);
            closed = true;
            libc.close(fd);
            arena.close();
        }
    }
}
