package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Mapping;

/// A vCPU by raw ioctls, and its `kvm_run` page.
final class VirtualCpu {
    static final int CS = 0;
    static final int CR0 = 224;
    static final int RIP = 128;
    static final int RFLAGS = 136;

    private final Machine machine;
    final int fd;
    private final Mapping mapping;
    final Struct page;

    VirtualCpu(Machine machine, int fd) {
        this.machine = machine;
        this.fd = fd;
        int size = machine.ioctl(machine.device, Request.GET_VCPU_MMAP_SIZE, 0);
        this.mapping = Mapping.shared(machine.libc, fd, size);
        this.page = Struct.of(mapping.segment());
    }

    void unmap() {
        mapping.close();
    }

    int ioctl(Request request, long argument) {
        return machine.ioctl(fd, request, argument);
    }

    int ioctl(Request request, Struct argument) {
        return machine.ioctl(fd, request, argument.address());
    }

    /// {@return what a `KVM_GET_…` writes into a struct of the request's size}
    Struct get(Request request) {
        Struct struct = Struct.ofSize(request.sizeBytes);
        assertThat(ioctl(request, struct)).as(request.name()).isZero();
        return struct;
    }

    void set(Request request, Struct struct) {
        assertThat(ioctl(request, struct)).as(request.name()).isZero();
    }

    int run() {
        return machine.libc.kvmRun(fd);
    }

    /// Runs, and expects an exit.
    int runToExit() {
        assertThat(run()).as("KVM_RUN").isZero();
        return exitReason();
    }

    int exitReason() {
        return page.u32(8);
    }

    /// Makes it start at [Machine#CODE] in real mode, with a stack below it.
    VirtualCpu realMode() {
        Struct sregs = get(Request.GET_SREGS);
        sregs.u64(CS, 0).u16(CS + 12, 0);
        set(Request.SET_SREGS, sregs);
        set(Request.SET_REGS, registers());
        return this;
    }

    /// Flat 32-bit segments of ring 0, as if loaded from a GDT.
    VirtualCpu protectedMode() {
        Struct sregs = get(Request.GET_SREGS).u64(CR0, 0x11);
        for (int segment = 0; segment < 6; segment++) {
            boolean code = segment == 0;
            sregs.u64(24L * segment, 0).u32(24L * segment + 8, -1)
                    .u16(24L * segment + 12, code ? 8 : 16).u8(24L * segment + 14, code ? 0xB : 3)
                    .u8(24L * segment + 17, 1).u8(24L * segment + 20, 1);
        }
        set(Request.SET_SREGS, sregs);
        return this;
    }

    private static Struct registers() {
        return Struct.ofSize(Request.SET_REGS.sizeBytes).u64(48, Machine.CODE)
                .u64(RIP, Machine.CODE).u64(RFLAGS, 2);
    }

    /// {@return a register by its place in `kvm_regs`: 0 RAX, 1 RBX, 2 RCX, 3 RDX, 4 RSI, 5 RDI …}
    long register(int place) {
        return get(Request.GET_REGS).u64(8L * place);
    }

    void register(int place, long value) {
        set(Request.SET_REGS, get(Request.GET_REGS).u64(8L * place, value));
    }

    long rip() {
        return get(Request.GET_REGS).u64(RIP);
    }
}
