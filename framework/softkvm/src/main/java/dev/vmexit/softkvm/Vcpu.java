package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.exec.Interpreter;
import dev.vmexit.softkvm.irqchip.CpuLines;
import dev.vmexit.softkvm.irqchip.IrqChip;
import dev.vmexit.softkvm.irqchip.LocalApic;
import dev.vmexit.softkvm.ops.AllActions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// A virtual CPU: the [Cpu], its local APIC, and what other threads want of it.
///
/// Its `ioctl`s exclude each other by a lock, as in the Linux kernel. What other threads may do at
/// any time is: [#interrupt], [#requestFlush], and the signals of [CpuLines].
final class Vcpu implements SoftFile, CpuLines {
    final Vm vm;
    private final int id;
    final RunPage page = new RunPage();
    final VcpuOutside outside;
    final Cpu cpu;
    final VcpuMsrs msrs;
    final CpuidAnswers cpuid = new CpuidAnswers();
    final Interpreter interpreter;
    /// Null without in-kernel interrupt controllers.
    final LocalApic apic;
    final GuestDebug debug = new GuestDebug();
    final Events events = new Events();
    private final VcpuLoop loop;
    private final ReentrantLock lock = new ReentrantLock();

    int cr8;
    boolean halted;
    /// After INIT, or as an application processor from the start: waits for a start-up IPI.
    boolean waitsForStartup;
    /// Set by a monitor: it waits, and has had its INIT.
    boolean initReceived;

    /// The guest may have seen what CPUID answers.
    boolean hasRun;

    private volatile boolean signal;
    private volatile boolean flushWanted;
    private volatile boolean inGuest;
    private volatile Thread thread;
    private volatile long tscOffset;
    volatile boolean nmiPending;
    volatile boolean initPending;
    volatile int startupVector = -1;
    private final Queue<Long> marked = new ConcurrentLinkedQueue<>();

    Vcpu(Vm vm, int id) {
        this.vm = vm;
        this.id = id;
        this.outside = new VcpuOutside(this);
        this.cpu = new Cpu(vm.memory, outside);
        this.msrs = new VcpuMsrs(this);
        this.interpreter = new Interpreter(cpu, AllActions.forms(), vm.translations);
        IrqChip chip = vm.chip;
        this.apic = chip == null ? null : chip.addVcpu(id, this);
        this.waitsForStartup = apic != null && !vm.isBootCpu(id);
        this.loop = new VcpuLoop(this);
    }

    int id() {
        return id;
    }

    // tag::tsc[]
    long tsc() {
        return vm.clock.tsc() + tscOffset;
    }

    void tsc(long value) {
        tscOffset = value - vm.clock.tsc();
    }
    // end::tsc[]

    /// As [#tsc(long)], but in step with the other vCPUs if that is what is meant.
    void tscFromHost(long value) {
        tscOffset = vm.clock.tscOffsetFor(value);
    }

    long tscOffset() {
        return tscOffset;
    }

    @Override
    public long ioctl(int request, long argument) {
        lock.lock();
        try {
            return request == Request.RUN
                    ? run(argument)
                    : VcpuState.answer(this, request, argument);
        } finally {
            lock.unlock();
        }
    }

    private long run(long argument) {
        if (argument != 0) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        thread = Thread.currentThread();
        hasRun = true;
        try {
            return loop.run();
        } finally {
            thread = null;
        }
    }

    @Override
    public long map(long length) {
        if (length > KvmDevice.VCPU_MMAP_SIZE) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        return page.address();
    }

    // Other threads.

    void interrupt() {
        signal = true;
        wake();
    }

    boolean takeSignal() {
        boolean was = signal;
        signal = false;
        return was;
    }

    @Override
    public void wake() {
        Thread running = thread;
        if (running != null) {
            LockSupport.unpark(running);
        }
    }

    @Override
    public void nmi() {
        nmiPending = true;
        wake();
    }

    @Override
    public void init() {
        initPending = true;
        wake();
    }

    @Override
    public void startup(int vector) {
        startupVector = vector;
        wake();
    }

    /// There is no system management mode here.
    @Override
    public void smi() {}

    void codeMarked(long hostPage) {
        marked.add(hostPage);
    }

    void requestFlush() {
        flushWanted = true;
    }

    // tag::await-flush[]
    void awaitFlush() {
        while (flushWanted && inGuest && thread != Thread.currentThread()) {
            Thread.yield();
        }
    }
    // end::await-flush[]

    /// From here on the vCPU may use its TLB.
    void enterGuest() {
        inGuest = true;
        if (flushWanted) {
            flushWanted = false;
            cpu.flushTlb();
        }
        dropMarked();
    }

    private void dropMarked() {
        Long page;
        while ((page = marked.poll()) != null) {
            // Whoever decoded it may have read what we were just about to write.
            if (cpu.tlb.revokeWrites(page)) {
                vm.memory.code.dropPage(page);
            }
        }
    }

    void leaveGuest() {
        dropMarked();
        inGuest = false;
    }

    /// Its id stays taken, and its APIC on the bus, as long as there is the VM.
    @Override
    public void close() {
        vm.kernel.statistics().add(this);
    }
}
