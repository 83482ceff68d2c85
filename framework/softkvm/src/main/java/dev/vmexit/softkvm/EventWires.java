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
            int fd, EventFd event) {
        boolean rings(boolean toPort, long at, int bytes, long written) {
            return port == toPort && address == at && (size == 0 || size == bytes)
                    && (!match || value == written);
        }

        boolean sameAs(Doorbell o) {
            return port == o.port && address == o.address && size == o.size && match == o.match
                    && (!match || value == o.value);
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
        EventFd event = event(in.i32());
        int gsi = in.i32();
        int flags = in.i32();
        if ((flags & ~IRQFD_DEASSIGN) != 0) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        IrqChip chip = vm.chip;
        event.listen((flags & IRQFD_DEASSIGN) != 0 ? null : () -> {
            chip.setLine(gsi, true);
            chip.setLine(gsi, false);
        });
        return 0;
    }

    /// `struct kvm_ioeventfd`: datamatch, address, length, fd, flags, padding.
    synchronized long ioEvent(long address) {
        Wire in = Wire.at(address, 64);
        long match = in.i64();
        long at = in.i64();
        int size = in.i32();
        int fd = in.i32();
        int flags = in.i32();
        boolean sizeOk = size == 0 || size == 1 || size == 2 || size == 4 || size == 8;
        if (!sizeOk || (flags & ~(DATAMATCH | PIO | DEASSIGN)) != 0
                || size == 0 && (flags & DATAMATCH) != 0) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        var bell = new Doorbell((flags & PIO) != 0, at, size, (flags & DATAMATCH) != 0, match, fd,
                event(fd));
        return (flags & DEASSIGN) != 0 ? remove(bell) : add(bell);
    }

    private long add(Doorbell bell) {
        if (doorbells.stream().anyMatch(bell::sameAs)) {
            return KvmDevice.fail(Errno.EEXIST);
        }
        doorbells.add(bell);
        return 0;
    }

    private long remove(Doorbell bell) {
        boolean found = doorbells.removeIf(b -> b.sameAs(bell) && b.fd == bell.fd);
        return found ? 0 : KvmDevice.fail(Errno.ENOENT);
    }

    /// {@return whether somebody listens there; then no exit is needed}
    boolean written(boolean port, long at, int size, long value) {
        for (Doorbell bell : doorbells) {
            if (bell.rings(port, at, size, value)) {
                bell.event.add(1);
                return true;
            }
        }
        return false;
    }
}
