package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.irqchip.IrqChip;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// `KVM_IRQFD`: a write to an eventfd raises an interrupt. `KVM_IOEVENTFD`: a guest's write to an
/// address signals an eventfd, without an exit.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.59 KVM_IOEVENTFD; 4.75 KVM_IRQFD
final class EventWires {
    private static final int IRQFD_DEASSIGN = 1;

    private static final int DATAMATCH = 1;
    private static final int PIO = 2;
    private static final int DEASSIGN = 4;

    /// @param size 0: any
    private record Doorbell(boolean port, long address, int size, boolean match, long value,
            EventFd event) {
        // tag::rings[]
        boolean rings(boolean toPort, long at, int bytes, long written) {
            return port == toPort && address == at && (size == 0 || size == bytes)
                    && (!match || value == written);
        }
        // end::rings[]

        /// One write could ring both.
        boolean collidesWith(Doorbell o) {
            return port == o.port && address == o.address && (size == 0 || o.size == 0
                    || size == o.size && (!match || !o.match || value == o.value));
        }

        boolean sameAs(Doorbell o) {
            return port == o.port && address == o.address && size == o.size && match == o.match
                    && (!match || value == o.value) && event == o.event;
        }
    }

    private final Vm vm;
    private final List<Doorbell> doorbells = new CopyOnWriteArrayList<>();

    EventWires(Vm vm) {
        this.vm = vm;
    }

    private EventFd event(int fd) {
        if (vm.kernel.file(fd) instanceof EventFd event) {
            return event;
        }
        throw new KvmError(vm.kernel.file(fd) == null ? Errno.EBADF : Errno.EINVAL);
    }

    /// `struct kvm_irqfd`: fd, gsi, flags, resample fd, padding.
    long irqFd(long address) {
        Wire in = Wire.at(address, 32);
        int fd = in.i32();
        int gsi = in.i32();
        int flags = in.i32();
        IrqChip chip = vm.chip;
        if ((flags & ~IRQFD_DEASSIGN) != 0 || flags == 0 && chip == null) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        EventFd event = event(fd);
        if (flags == IRQFD_DEASSIGN) {
            event.listenNoMore();
            return 0;
        }
        // tag::irqfd[]
        boolean free = event.listen(() -> {
            chip.setLine(gsi, true);
            chip.setLine(gsi, false);
        });
        return free ? 0 : KvmDevice.fail(Errno.EBUSY);
        // end::irqfd[]
    }

    /// `struct kvm_ioeventfd`: datamatch, address, length, fd, flags, padding.
    synchronized long ioEvent(long address) {
        Wire in = Wire.at(address, 64);
        long match = in.i64();
        long at = in.i64();
        int size = in.i32();
        int fd = in.i32();
        int flags = in.i32();
        boolean port = (flags & PIO) != 0;
        boolean matches = (flags & DATAMATCH) != 0;
        if ((flags & DEASSIGN) != 0) {
            return remove(new Doorbell(port, at, size, matches, match, event(fd)));
        }
        if (!isLength(size) || size == 0 && matches || (flags & ~(DATAMATCH | PIO)) != 0
                || Long.compareUnsigned(at + size, at) < 0) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        return add(new Doorbell(port, at, size, matches, match, event(fd)));
    }

    private static boolean isLength(int size) {
        return size == 0 || size == 1 || size == 2 || size == 4 || size == 8;
    }

    private long add(Doorbell bell) {
        if (doorbells.stream().anyMatch(bell::collidesWith)) {
            return KvmDevice.fail(Errno.EEXIST);
        }
        doorbells.add(bell);
        return 0;
    }

    private long remove(Doorbell bell) {
        boolean found = doorbells.removeIf(b -> b.sameAs(bell));
        return found ? 0 : KvmDevice.fail(Errno.ENOENT);
    }

    // tag::written[]
    /// {@return whether somebody listens there; then no exit is needed}
    boolean written(boolean port, long at, int size, long value) {
        for (Doorbell bell : doorbells) {
            if (bell.rings(port, at, size, value)) {
                bell.event.signal();
                return true;
            }
        }
        return false;
    }
    // end::written[]
}
