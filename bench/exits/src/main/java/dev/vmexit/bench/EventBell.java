package dev.vmexit.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Vm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// An eventfd that KVM adds to when the guest writes to a port.
final class EventBell implements Bell {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment count = arena.allocate(JAVA_LONG);
    private final MemorySegment one = arena.allocate(JAVA_LONG);
    private final LibC libc;
    private final int fd;

    EventBell(LibC libc, Vm vm, int port) {
        this.libc = libc;
        fd = libc.eventfd(0, 0);
        one.set(JAVA_LONG, 0, 1);
        vm.signalAtPort(port, 1, fd);
    }

    @Override
    public void ring() {
        libc.write(fd, one);
    }

    @Override
    public void await() {
        libc.read(fd, count);
    }

    @Override
    public void close() {
        libc.close(fd);
        arena.close();
    }
}
