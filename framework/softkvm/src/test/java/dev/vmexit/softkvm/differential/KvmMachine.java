package dev.vmexit.softkvm.differential;

import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.host.Mapping;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A virtual machine with one CPU that runs the guest of [GuestImage], on either kernel.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, sections 4.1 to 4.12
final class KvmMachine implements Machine {
    private static final int CREATE_VM = 0xAE01;
    private static final int VCPU_MMAP_SIZE = 0xAE04;
    private static final int CREATE_VCPU = 0xAE41;
    private static final int SET_TSS_ADDR = 0xAE47;
    private static final int SET_USER_MEMORY_REGION = 0x4020_AE46;
    private static final int SET_REGS = 0x4090_AE82;
    private static final int GET_SREGS = 0x8138_AE83;
    private static final int SET_SREGS = 0x4138_AE84;
    private static final int GET_SUPPORTED_CPUID = 0xC008_AE05;
    private static final int SET_CPUID2 = 0x4008_AE90;
    private static final int SET_XCRS = 0x4188_AEA7;
    private static final int EXIT_REASON = 8;
    private static final int EXIT_HLT = 5;
    private static final int CR0 = 0x8005_0033;
    private static final int CR4 = 0x5_0620;
    private static final int EFER = 0xD00;

    private final LibC kernel;
    private final int kvm;
    private final int vm;
    private final int vcpu;
    private final Mapping ram;
    private final Mapping run;
    private final GuestImage image;

    KvmMachine(LibC kernel) {
        this.kernel = kernel;
        kvm = check("/dev/kvm", kernel.open("/dev/kvm", LibC.O_RDWR | LibC.O_CLOEXEC));
        vm = check("KVM_CREATE_VM", kernel.ioctl(kvm, CREATE_VM, 0));
        kernel.ioctl(vm, SET_TSS_ADDR, 0xFFFB_D000L);
        ram = Mapping.anonymous(kernel, Layout.RAM_BYTES);
        image = new GuestImage(ram.segment());
        try (var arena = Arena.ofConfined()) {
            var slot = arena.allocate(32, 8);
            slot.set(ValueLayout.JAVA_LONG, 16, Layout.RAM_BYTES);
            slot.set(ValueLayout.JAVA_LONG, 24, ram.segment().address());
            check("KVM_SET_USER_MEMORY_REGION",
                    kernel.ioctl(vm, SET_USER_MEMORY_REGION, slot.address()));
            vcpu = check("KVM_CREATE_VCPU", kernel.ioctl(vm, CREATE_VCPU, 0));
            var cpuid = arena.allocate(8 + 40 * 128, 8);
            cpuid.set(ValueLayout.JAVA_INT, 0, 128);
            check("KVM_GET_SUPPORTED_CPUID",
                    kernel.ioctl(kvm, GET_SUPPORTED_CPUID, cpuid.address()));
            check("KVM_SET_CPUID2", kernel.ioctl(vcpu, SET_CPUID2, cpuid.address()));
            setXcr0(arena);
        }
        run = Mapping.shared(kernel, vcpu, kernel.ioctl(kvm, VCPU_MMAP_SIZE, 0));
    }

    /// x87 and SSE, after the CPUID that says so.
    private void setXcr0(Arena arena) {
        var xcrs = arena.allocate(392, 8);
        xcrs.set(ValueLayout.JAVA_INT, 0, 1);
        xcrs.set(ValueLayout.JAVA_LONG, 16, 3);
        check("KVM_SET_XCRS", kernel.ioctl(vcpu, SET_XCRS, xcrs.address()));
    }

    private static int check(String call, int result) {
        return KernelException.check(call, result);
    }

    @Override
    public MemorySegment ram() {
        return ram.segment();
    }

    @Override
    public GuestImage image() {
        return image;
    }

    @Override
    public void execute(int first, int count) {
        image.order(first, count);
        start();
        int result = kernel.kvmRun(vcpu);
        while (result == -4) {
            result = kernel.kvmRun(vcpu);
        }
        int reason = run.segment().get(ValueLayout.JAVA_INT, EXIT_REASON);
        if (result != 0 || reason != EXIT_HLT) {
            throw new IllegalStateException("KVM_RUN: %d, exit %d, at instance %d".formatted(
                    result, reason, current()));
        }
        if (current() != first + count) {
            throw new IllegalStateException("halted at instance " + current());
        }
    }

    private void start() {
        try (var arena = Arena.ofConfined()) {
            var s = arena.allocate(312, 8);
            check("KVM_GET_SREGS", kernel.ioctl(vcpu, GET_SREGS, s.address()));
            segment(s, 0, Layout.USER_CODE64, 0x3_000B, 0x0101_0100);
            for (int n = 1; n <= 5; n++) {
                segment(s, n, Layout.USER_DATA, 0x3_0003, 0x0100_0101);
            }
            s.set(ValueLayout.JAVA_LONG, 3 * 24, Layout.FS_BASE);
            s.set(ValueLayout.JAVA_SHORT, 3 * 24 + 12, (short) Layout.USER_FS);
            s.set(ValueLayout.JAVA_LONG, 4 * 24, Layout.GS_BASE);
            s.set(ValueLayout.JAVA_SHORT, 4 * 24 + 12, (short) Layout.USER_GS);
            segment(s, 6, Layout.TASK, 0x1_000B, 0);
            s.set(ValueLayout.JAVA_LONG, 6 * 24, Layout.TSS);
            s.set(ValueLayout.JAVA_INT, 6 * 24 + 8, 0x67);
            segment(s, 7, Layout.LOCAL, 2, 0);
            s.set(ValueLayout.JAVA_LONG, 7 * 24, Layout.LDT);
            s.set(ValueLayout.JAVA_INT, 7 * 24 + 8, Layout.LDT_BYTES - 1);
            s.set(ValueLayout.JAVA_LONG, 192, Layout.GDT);
            s.set(ValueLayout.JAVA_SHORT, 200, (short) (Layout.GDT_BYTES - 1));
            s.set(ValueLayout.JAVA_LONG, 208, Layout.IDT);
            s.set(ValueLayout.JAVA_SHORT, 216, (short) 0xFFF);
            s.set(ValueLayout.JAVA_LONG, 224, CR0 & 0xFFFF_FFFFL);
            s.set(ValueLayout.JAVA_LONG, 240, Layout.TABLES);
            s.set(ValueLayout.JAVA_LONG, 248, CR4);
            s.set(ValueLayout.JAVA_LONG, 264, EFER);
            check("KVM_SET_SREGS", kernel.ioctl(vcpu, SET_SREGS, s.address()));
            var r = arena.allocate(144, 8);
            r.set(ValueLayout.JAVA_LONG, 128, Layout.LOOP);
            r.set(ValueLayout.JAVA_LONG, 136, 0x202);
            check("KVM_SET_REGS", kernel.ioctl(vcpu, SET_REGS, r.address()));
        }
    }

    /// @param type low half: type; high half: DPL
    /// @param bits a byte each, lowest first: D/B, S, L, G
    private static void segment(MemorySegment s, int n, int selector, int type, int bits) {
        long at = 24L * n;
        s.set(ValueLayout.JAVA_LONG, at, 0);
        s.set(ValueLayout.JAVA_INT, at + 8, 0xFFFF_FFFF);
        s.set(ValueLayout.JAVA_SHORT, at + 12, (short) selector);
        s.set(ValueLayout.JAVA_BYTE, at + 14, (byte) type);
        s.set(ValueLayout.JAVA_BYTE, at + 15, (byte) 1);
        s.set(ValueLayout.JAVA_BYTE, at + 16, (byte) (type >> 16 == 3 ? 3 : 0));
        s.set(ValueLayout.JAVA_INT_UNALIGNED, at + 17, bits);
        s.set(ValueLayout.JAVA_BYTE, at + 22, (byte) 0);
    }

    @Override
    public void close() {
        run.close();
        kernel.close(vcpu);
        kernel.close(vm);
        kernel.close(kvm);
        ram.close();
    }
}
