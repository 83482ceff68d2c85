package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.irqchip.IrqChip;
import dev.vmexit.softkvm.ram.GuestMemory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A virtual machine: memory, vCPUs, interrupt controllers.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4, "vm ioctl"
final class Vm implements SoftFile {
    private static final int MOST_VCPUS = 64;
    /// Three pages have to fit below 4 GiB.
    private static final long LAST_TSS = 0xFFFF_D000L;
    private static final long LEAST_MMU_PAGES = 64;
    private static final int CLOCK_REALTIME = 4;

    final SoftKernel kernel;
    final GuestMemory memory = new GuestMemory();
    final VmClock clock;
    final List<Vcpu> vcpus = new CopyOnWriteArrayList<>();
    final EventWires wires = new EventWires(this);
    final TranslationQueue translations;
    /// Null until `KVM_CREATE_IRQCHIP`.
    volatile IrqChip chip;
    private final MemoryRegions regions = new MemoryRegions(this);
    private int bootCpuId;

    Vm(SoftKernel kernel) {
        this.kernel = kernel;
        this.clock = new VmClock(kernel.options().deterministic());
        this.translations = new TranslationQueue(kernel.options(), kernel.statistics());
    }

    @Override
    public long ioctl(int request, long argument) {
        return switch (request) {
            case Request.CHECK_EXTENSION -> Extension.value(argument);
            case Request.CREATE_VCPU -> createVcpu(argument);
            case Request.SET_USER_MEMORY_REGION -> regions.set(argument);
            case Request.GET_DIRTY_LOG -> regions.dirtyLog(argument);
            case Request.SET_TSS_ADDR -> require(Long.compareUnsigned(argument, LAST_TSS) <= 0);
            case Request.SET_NR_MMU_PAGES ->
                require(Long.compareUnsigned(argument, LEAST_MMU_PAGES) >= 0);
            case Request.SET_IDENTITY_MAP_ADDR -> setIdentityMap(argument);
            case Request.SET_BOOT_CPU_ID -> setBootCpu(argument);
            case Request.GET_CLOCK -> getClock(argument);
            case Request.SET_CLOCK -> setClock(argument);
            case Request.ENABLE_CAP -> enable(argument);
            default -> chipIoctl(request, argument);
        };
    }

    private static long require(boolean valid) {
        return valid ? 0 : KvmDevice.fail(Errno.EINVAL);
    }

    /// What an Intel CPU needs to run real mode inside protected mode; this CPU does not.
    private long setIdentityMap(long address) {
        require(vcpus.isEmpty());
        Wire.at(address, 8);
        return 0;
    }

    private long setBootCpu(long id) {
        if (!vcpus.isEmpty()) {
            return KvmDevice.fail(Errno.EBUSY);
        }
        bootCpuId = (int) id;
        return 0;
    }

    boolean isBootCpu(int id) {
        return id == bootCpuId;
    }

    private synchronized long createVcpu(long id) {
        if (id < 0 || id >= MOST_VCPUS) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        if (vcpus.stream().anyMatch(v -> v.id() == id)) {
            return KvmDevice.fail(Errno.EEXIST);
        }
        Vcpu vcpu = new Vcpu(this, (int) id);
        vcpus.add(vcpu);
        return kernel.add(vcpu);
    }

    /// `struct kvm_clock_data`: clock, flags, padding, realtime, host TSC, padding.
    private long getClock(long address) {
        Wire.at(address, 48).u64(clock.kvmClock()).u32(0).zero(36);
        return 0;
    }

    private long setClock(long address) {
        Wire in = Wire.at(address, 48);
        long nanos = in.i64();
        require((in.i32() & ~CLOCK_REALTIME) == 0);
        clock.kvmClock(nanos);
        vcpus.forEach(vcpu -> vcpu.msrs.clockChanged());
        return 0;
    }

    /// `struct kvm_enable_cap`: capability, flags, four arguments, padding.
    private synchronized long enable(long address) {
        Wire in = Wire.at(address, 104);
        require(in.i32() == Extension.REPORTED_WRITES.number() && in.i32() == 0);
        if (!memory.code.reported()) {
            kernel.reportWritesTo(this);
            memory.code.report(true);
        }
        return 0;
    }

    private long chipIoctl(int request, long argument) {
        if (request == Request.CREATE_IRQCHIP) {
            return createChip();
        }
        if (request == Request.IOEVENTFD) {
            return wires.ioEvent(argument);
        }
        if (request == Request.IRQFD) {
            return wires.irqFd(argument);
        }
        return ChipIoctls.answer(this, request, argument);
    }

    private synchronized long createChip() {
        if (chip != null) {
            return KvmDevice.fail(Errno.EEXIST);
        }
        if (!vcpus.isEmpty()) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        chip = new IrqChip(clock);
        return 0;
    }

    /// Something that every vCPU's TLB may remember has changed.
    ///
    /// Comes back when none of them can use the old any more: each is either outside `KVM_RUN` or
    /// has passed the point between two blocks.
    // tag::flush[]
    void flushAllTlbs() {
        for (Vcpu vcpu : vcpus) {
            vcpu.requestFlush();
        }
        for (Vcpu vcpu : vcpus) {
            vcpu.awaitFlush();
        }
    }
    // end::flush[]

    @Override
    public void close() {
        kernel.forget(this);
        memory.code.report(false);
        translations.close();
    }
}
