package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmexit.course.Todo;
import dev.vmexit.host.Errno;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.host.Mapping;
import dev.vmexit.memory.GuestAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Function;

/// A virtual CPU: registers to set and get, and [#run], which lets the guest run until it exits.
///
/// One thread runs it and touches its registers; any thread may [#stop] it.
public final class Vcpu implements AutoCloseable {
    private final LibC libc;
    private final int fd;
    private final Mapping runPage;
    private final KvmRun run;
    private Thread runner;
    private volatile int runnerTid;

    private Vcpu(LibC libc, int fd, Mapping runPage) {
        this.libc = libc;
        this.fd = fd;
        this.runPage = runPage;
        this.run = new KvmRun(runPage.segment());
    }

    /// {@return vCPU `id` of a machine, with its `kvm_run` page mapped}
    ///
    /// Two things must be had, and if the second fails the first is given back.
    ///
    /// @param runPageBytes what `KVM_GET_VCPU_MMAP_SIZE` said
    /// @throws KernelException if the kernel refuses; nothing stays open then
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.7 "KVM_CREATE_VCPU"
    static Vcpu create(LibC libc, int vmFd, int id, int runPageBytes) {
        throw Todo.of("kvm-05", "create the vCPU, then map its kvm_run page");
    }

    /// Lets the guest run until something happens that only we can answer.
    ///
    /// An exit that asks for data is answered with [#answer] before the next call.
    ///
    /// @throws KernelException if KVM cannot run this vCPU at all
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.10 "KVM_RUN"
    public VmExit run() {
        noteRunner();
        int result = libc.kvmRun(fd);
        if (result == -Errno.EINTR.number() || result == -Errno.EAGAIN.number()) {
            run.setImmediateExit(false);
            return new VmExit.Interrupted();
        }
        KernelException.check("ioctl(KVM_RUN)", result);
        return ExitDecoder.decode(run);
    }

    private void noteRunner() {
        if (runner != Thread.currentThread()) {
            if (Thread.currentThread().isVirtual()) {
                throw new IllegalStateException("a vCPU needs a thread of the system: a virtual "
                        + "one changes its carrier, and a signal would find another");
            }
            runner = Thread.currentThread();
            runnerTid = libc.gettid();
        }
    }

    /// Answers the [VmExit.In] or [VmExit.MmioRead] that [#run] just returned.
    ///
    /// @param index which of the `count` values of a string instruction; 0 otherwise
    public void answer(VmExit.Question question, int index, long value) {
        run.answer(question, index, value);
    }

    /// Makes [#run] return [VmExit.Interrupted], now or, if it is not running, at its next call.
    ///
    /// Any thread may call. The order is the point: the flag first, then the signal. A runner that
    /// is just about to enter the guest then sees one or the other; the other way round it could
    /// see neither and run forever.
    ///
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "The kvm_run structure", field immediate_exit
    public void stop() {
        throw Todo.of("kvm-14", "raise immediate_exit, then interrupt the thread that runs");
    }

    public Registers registers() {
        return get("KVM_GET_REGS", Requests.KVM_GET_REGS, Registers.LAYOUT.byteSize(),
                Registers::read);
    }

    public void setRegisters(Registers registers) {
        set("KVM_SET_REGS", Requests.KVM_SET_REGS, Registers.LAYOUT.byteSize(), registers::write);
    }

    public SpecialRegisters specialRegisters() {
        return get("KVM_GET_SREGS", Requests.KVM_GET_SREGS, SpecialRegisters.LAYOUT.byteSize(),
                SpecialRegisters::read);
    }

    public void setSpecialRegisters(SpecialRegisters registers) {
        set("KVM_SET_SREGS", Requests.KVM_SET_SREGS, SpecialRegisters.LAYOUT.byteSize(),
                registers::write);
    }

    /// Fixes what the guest's `CPUID` instruction answers; before the first [#run].
    public void setCpuid(Cpuid cpuid) {
        set("KVM_SET_CPUID2", Requests.KVM_SET_CPUID2, cpuid.structBytes(), cpuid::write);
    }

    /// {@return the value of one model-specific register}
    ///
    /// @throws IllegalArgumentException if KVM does not know it
    public long msr(int index) {
        return Msrs.get(libc, fd, index);
    }

    public void setMsr(int index, long value) {
        Msrs.set(libc, fd, index, value);
    }

    /// {@return the guest-physical address behind a linear one, by the guest's page tables of now}
    ///
    /// Empty where nothing is mapped.
    ///
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.15 "KVM_TRANSLATE"
    public Optional<GuestAddress> translate(long linear) {
        try (Arena arena = Arena.ofConfined()) {
            var translation = arena.allocate(24, 8);
            translation.set(JAVA_LONG, 0, linear);
            call("KVM_TRANSLATE", Requests.KVM_TRANSLATE, translation);
            boolean valid = translation.get(JAVA_BYTE, 16) != 0;
            return valid
                    ? Optional.of(new GuestAddress(translation.get(JAVA_LONG, 8)))
                    : Optional.empty();
        }
    }

    /// {@return everything that this vCPU is; it is not running and has no exit unanswered}
    public VcpuState state() {
        return VcpuState.read(libc, fd);
    }

    /// Makes this vCPU, which has not run, what another was.
    public void setState(VcpuState state) {
        state.write(libc, fd);
    }

    private <T> T get(String name, long request, long sizeBytes, Function<MemorySegment, T> read) {
        try (Arena arena = Arena.ofConfined()) {
            var struct = arena.allocate(sizeBytes, 8);
            call(name, request, struct);
            return read.apply(struct);
        }
    }

    private void set(String name, long request, long sizeBytes,
            java.util.function.Consumer<MemorySegment> write) {
        try (Arena arena = Arena.ofConfined()) {
            var struct = arena.allocate(sizeBytes, 8);
            write.accept(struct);
            call(name, request, struct);
        }
    }

    private void call(String name, long request, MemorySegment struct) {
        KernelException.check("ioctl(" + name + ")", libc.ioctl(fd, request, struct.address()));
    }

    @Override
    public void close() {
        runPage.close();
        libc.close(fd);
    }
}
