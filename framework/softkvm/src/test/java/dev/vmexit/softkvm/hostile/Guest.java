package dev.vmexit.softkvm.hostile;

import dev.vmexit.host.LibC;
import dev.vmexit.softkvm.Options;
import dev.vmexit.softkvm.SoftKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/// A VM on Soft KVM with one vCPU, and memory that stands between two fences.
public final class Guest implements AutoCloseable {
    public static final int RAM = 4 << 20;
    private static final int FENCE = 1 << 20;
    private static final byte PATTERN = 0x5A;
    private static final MemorySegment ALL = all();

    private static final long CREATE_VM = 0xAE01;
    private static final long CREATE_VCPU = 0xAE41;
    private static final long SET_MEMORY = 0x4020_AE46L;
    private static final long CREATE_IRQCHIP = 0xAE60;
    private static final long CREATE_PIT2 = 0x4040_AE77L;
    private static final long IRQ_LINE = 0x4008_AE61L;
    private static final long GET_REGS = 0x8090_AE81L;
    private static final long SET_REGS = 0x4090_AE82L;
    private static final long GET_SREGS = 0x8138_AE83L;
    private static final long SET_SREGS = 0x4138_AE84L;

    private final Arena arena = Arena.ofShared();
    public final SoftKernel kernel;
    private final MemorySegment fenced = arena.allocate(RAM + 2 * FENCE, 4096);
    public final MemorySegment ram = fenced.asSlice(FENCE, RAM);
    private final MemorySegment argument = arena.allocate(4096, 16);
    private final int vm;
    public final int vcpu;
    private final MemorySegment page;

    public Guest(Options options, boolean irqchip) {
        kernel = new SoftKernel(options);
        vm = kernel.ioctl(kernel.open("/dev/kvm", LibC.O_RDWR), CREATE_VM, 0);
        fenced.fill(PATTERN);
        ram.fill((byte) 0);
        argument.set(ValueLayout.JAVA_LONG, 16, RAM);
        argument.set(ValueLayout.JAVA_LONG, 24, ram.address());
        check(kernel.ioctl(vm, SET_MEMORY, argument.address()));
        if (irqchip) {
            check(kernel.ioctl(vm, CREATE_IRQCHIP, 0));
            argument.fill((byte) 0);
            check(kernel.ioctl(vm, CREATE_PIT2, argument.address()));
        }
        vcpu = check(kernel.ioctl(vm, CREATE_VCPU, 0));
        page = ALL.asSlice(kernel.mmap(3 * 4096, 3, LibC.MAP_SHARED, vcpu, 0), 3 * 4096);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment all() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    private static int check(int result) {
        if (result < 0) {
            throw new IllegalStateException("errno " + -result);
        }
        return result;
    }

    /// {@return `struct kvm_sregs`, to be changed and given to [#setSregs]}
    public MemorySegment sregs() {
        check(kernel.ioctl(vcpu, GET_SREGS, argument.address()));
        return argument;
    }

    /// {@return whether such a state exists}
    public boolean setSregs() {
        return kernel.ioctl(vcpu, SET_SREGS, argument.address()) == 0;
    }

    /// {@return the eighteen words of `struct kvm_regs`}
    public long[] regs() {
        check(kernel.ioctl(vcpu, GET_REGS, argument.address()));
        return argument.asSlice(0, 144).toArray(ValueLayout.JAVA_LONG);
    }

    public void setRegs(long[] regs) {
        MemorySegment.copy(regs, 0, argument, ValueLayout.JAVA_LONG, 0, 18);
        check(kernel.ioctl(vcpu, SET_REGS, argument.address()));
    }

    public void irq(int line, boolean level) {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment state = own.allocate(8, 8);
            state.set(ValueLayout.JAVA_INT, 0, line);
            state.set(ValueLayout.JAVA_INT, 4, level ? 1 : 0);
            kernel.ioctl(vm, IRQ_LINE, state.address());
        }
    }

    public int run() {
        return kernel.kvmRun(vcpu);
    }

    public int exitReason() {
        return page.get(ValueLayout.JAVA_INT, 8);
    }

    /// Answers a device read with anything.
    public void answer(Random random) {
        page.set(ValueLayout.JAVA_LONG, 40, exitReason() == 6 ? random.nextLong() : 4096L);
        page.set(ValueLayout.JAVA_LONG, 4096, random.nextLong());
    }

    /// {@return whether the memory before and behind the guest's is as it was}
    public boolean fencesStand() {
        return stands(fenced.asSlice(0, FENCE)) && stands(fenced.asSlice(FENCE + RAM, FENCE));
    }

    private static boolean stands(MemorySegment fence) {
        for (long n = 0; n < fence.byteSize(); n++) {
            if (fence.get(ValueLayout.JAVA_BYTE, n) != PATTERN) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        kernel.close(vcpu);
        kernel.close(vm);
        arena.close();
    }
}
