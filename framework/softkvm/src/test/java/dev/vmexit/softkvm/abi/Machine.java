package dev.vmexit.softkvm.abi;

import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import dev.vmexit.host.Mapping;
import java.util.ArrayDeque;
import java.util.Deque;

/// A VM of one of the two kernels, by raw ioctls: 64 KiB of memory at 0, and as many vCPUs as a
/// test makes. Whatever it opened it closes.
final class Machine implements AutoCloseable {
    static final long RAM_BYTES = 0x1_0000;
    /// Where guests are loaded and start, in real mode.
    static final int CODE = 0x1000;

    final LibC libc;
    final int device;
    final int vm;
    final Struct ram;
    private final Mapping memory;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    Machine(LibC libc) {
        this.libc = libc;
        this.device = own(libc.open("/dev/kvm", LibC.O_RDWR | LibC.O_CLOEXEC));
        this.vm = own(must(ioctl(device, Request.CREATE_VM, 0)));
        this.memory = Mapping.anonymous(libc, RAM_BYTES);
        this.ram = Struct.of(memory.segment());
        must(region(0, 0, 0, RAM_BYTES, memory.segment().address()));
    }

    /// {@return a descriptor that is closed with the machine}
    int own(int fd) {
        must(fd);
        opened.push(() -> libc.close(fd));
        return fd;
    }

    static int must(int result) {
        if (result < 0) {
            throw new AssertionError(Errno.describe(-result));
        }
        return result;
    }

    int ioctl(int fd, Request request, long argument) {
        return libc.ioctl(fd, request.number, argument);
    }

    int vm(Request request, long argument) {
        return ioctl(vm, request, argument);
    }

    int vm(Request request, Struct argument) {
        return ioctl(vm, request, argument.address());
    }

    /// `KVM_SET_USER_MEMORY_REGION`.
    int region(int slot, int flags, long guest, long sizeBytes, long host) {
        return vm(Request.SET_USER_MEMORY_REGION, Struct.ofSize(32).u32(0, slot).u32(4, flags)
                .u64(8, guest).u64(16, sizeBytes).u64(24, host));
    }

    /// {@return zeroed memory that lives as long as the machine}
    Struct moreMemory(long sizeBytes) {
        Mapping mapping = Mapping.anonymous(libc, sizeBytes);
        opened.push(mapping);
        return Struct.of(mapping.segment());
    }

    /// Puts a guest where [VirtualCpu#realMode] starts.
    Machine load(int... code) {
        for (int n = 0; n < code.length; n++) {
            ram.u8(CODE + n, code[n]);
        }
        return this;
    }

    VirtualCpu vcpu() {
        return vcpu(0);
    }

    VirtualCpu vcpu(int id) {
        int fd = own(vm(Request.CREATE_VCPU, id));
        VirtualCpu vcpu = new VirtualCpu(this, fd);
        opened.push(vcpu::unmap);
        return vcpu;
    }

    @Override
    public void close() {
        try {
            for (AutoCloseable resource : opened) {
                resource.close();
            }
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
        memory.close();
    }
}
