package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.host.Mapping;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// One virtual machine: its memory, its interrupt controllers, its vCPUs.
///
/// It owns them: closing the machine closes its vCPUs and unmaps its memory. No vCPU may be running
/// then. Built by one thread.
public final class Vm implements AutoCloseable {
    private static final int IOEVENTFD_FLAG_PIO = 1 << 1;
    private static final int IOEVENTFD_FLAG_DEASSIGN = 1 << 2;
    private static final int KVM_PIT_SPEAKER_DUMMY = 1;

    private final LibC libc;
    private final int fd;
    private final int runPageBytes;
    private final MemorySlots slots = new MemorySlots();
    private final GuestMemory memory = new GuestMemory(slots);
    private final List<Mapping> mappings = new ArrayList<>();
    private final List<Vcpu> vcpus = new ArrayList<>();

    Vm(LibC libc, int fd, int runPageBytes) {
        this.libc = libc;
        this.fd = fd;
        this.runPageBytes = runPageBytes;
    }

    /// Gives the guest `sizeBytes` of zeroed RAM from `start` on.
    ///
    /// @throws IllegalArgumentException if the slot breaks a rule of [MemorySlots#add]
    /// @throws KernelException if the host has no memory or KVM no slot left
    public MemorySlot addRam(int number, GuestAddress start, long sizeBytes) {
        if (sizeBytes <= 0) {
            throw new IllegalArgumentException("slot %d at %s cannot have %d bytes"
                    .formatted(number, start, sizeBytes));
        }
        Mapping mapping = Mapping.anonymous(libc, sizeBytes);
        try {
            var slot = new MemorySlot(number, start, mapping.segment(),
                    MemorySlot.Access.READ_WRITE);
            addSlot(slot);
            mappings.add(mapping);
            return slot;
        } catch (RuntimeException refused) {
            mapping.close();
            throw refused;
        }
    }

    /// Makes a slot part of the guest's memory: first by our rules, then KVM's.
    ///
    /// ```
    ///  struct kvm_userspace_memory_region
    ///  offset  0       4       8                16            24
    ///          slot    flags   guest_phys_addr  memory_size   userspace_addr
    /// ```
    ///
    /// @throws IllegalArgumentException if the slot breaks a rule of [MemorySlots#add]
    /// @throws KernelException if KVM refuses it; it is not part of the memory then
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.35 "KVM_SET_USER_MEMORY_REGION"
    // tag::kvm-04[]
    public void addSlot(MemorySlot slot) {
        // tag::solution[]
        slots.add(slot); // <1>
        try {
            setRegion(slot.number(), slot.access(), slot.start(), slot.host());
        } catch (KernelException refused) {
            slots.remove(slot.number()); // <2>
            throw refused;
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-04", "take the slot in, then tell KVM with setRegion");
        // end::stub[]
    }
    // end::kvm-04[]

    /// Switches the dirty log of a slot on or off; its memory stays where it is.
    public void setAccess(MemorySlot slot, MemorySlot.Access access) {
        setRegion(slot.number(), access, slot.start(), slot.host());
    }

    // tag::kvm-04-region[]
    private void setRegion(int number, MemorySlot.Access access, GuestAddress start,
            MemorySegment host) {
        // tag::solution[]
        try (Arena arena = Arena.ofConfined()) {
            var region = arena.allocate(32, 8);
            region.set(JAVA_INT, 0, number);
            region.set(JAVA_INT, 4, access.flags());
            region.set(JAVA_LONG, 8, start.value());
            region.set(JAVA_LONG, 16, host.byteSize());
            region.set(JAVA_LONG, 24, host.address());
            call("KVM_SET_USER_MEMORY_REGION", Requests.KVM_SET_USER_MEMORY_REGION, region);
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-04", "fill a kvm_userspace_memory_region and hand it to KVM");
        // end::stub[]
    }
    // end::kvm-04-region[]

    /// {@return the pages of a [MemorySlot.Access#LOGGED] slot that were written since the last
    /// call}
    ///
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.8 "KVM_GET_DIRTY_LOG"
    // tag::dirty[]
    public BitSet dirtyPages(MemorySlot slot) {
        long pages = slot.sizeBytes() / MemorySlots.PAGE_BYTES;
        try (Arena arena = Arena.ofConfined()) {
            var bitmap = arena.allocate((pages + 63) / 64 * 8, 8);
            var request = arena.allocate(16, 8);
            request.set(JAVA_INT, 0, slot.number());
            request.set(JAVA_LONG, 8, bitmap.address());
            call("KVM_GET_DIRTY_LOG", Requests.KVM_GET_DIRTY_LOG, request);
            return BitSet.valueOf(bitmap.toArray(JAVA_LONG));
        }
    }
    // end::dirty[]

    /// {@return a new vCPU in its power-on state}
    ///
    /// @param id 0 for the first; its APIC id
    public Vcpu createVcpu(int id) {
        Vcpu vcpu = Vcpu.create(libc, fd, id, runPageBytes);
        vcpus.add(vcpu);
        return vcpu;
    }

    /// PIC, IOAPIC and a local APIC for each vCPU that is created afterwards, all in the kernel.
    ///
    /// An Intel CPU also needs three pages for a task state segment and one for page tables when it
    /// starts in real mode; they must lie where the guest has neither RAM nor devices.
    ///
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.24 "KVM_CREATE_IRQCHIP"
    public void createIrqchip(GuestAddress fourSparePages) {
        long pages = fourSparePages.value();
        try (Arena arena = Arena.ofConfined()) {
            var identityMap = arena.allocate(8, 8);
            identityMap.set(JAVA_LONG, 0, pages);
            call("KVM_SET_IDENTITY_MAP_ADDR", Requests.KVM_SET_IDENTITY_MAP_ADDR, identityMap);
        }
        call("KVM_SET_TSS_ADDR", Requests.KVM_SET_TSS_ADDR, pages + MemorySlots.PAGE_BYTES);
        call("KVM_CREATE_IRQCHIP", Requests.KVM_CREATE_IRQCHIP, 0);
    }

    /// The 8254 timer at ports 0x40 … 0x43, in the kernel, and port 0x61 with it.
    ///
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.71 "KVM_CREATE_PIT2"
    public void createPit() {
        try (Arena arena = Arena.ofConfined()) {
            // struct kvm_pit_config: flags, and fifteen words of nothing
            MemorySegment config = arena.allocate(64, 8);
            config.set(JAVA_INT, 0, KVM_PIT_SPEAKER_DUMMY);
            call("KVM_CREATE_PIT2", Requests.KVM_CREATE_PIT2, config);
        }
    }

    /// Sets an interrupt line of the in-kernel controllers; a device that is level-triggered lowers
    /// it again.
    ///
    /// @param line 0 … 23, a pin of the IOAPIC; 0 … 15 are also inputs of the PICs
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.25 "KVM_IRQ_LINE"
    // tag::irq-line[]
    public void setIrqLine(int line, boolean high) {
        try (Arena arena = Arena.ofConfined()) {
            var level = arena.allocate(8, 8);
            level.set(JAVA_INT, 0, line);
            level.set(JAVA_INT, 4, high ? 1 : 0);
            call("KVM_IRQ_LINE", Requests.KVM_IRQ_LINE, level);
        }
    }
    // end::irq-line[]

    /// Raises the interrupt that a write of `data` to `address` would be, as PCI devices do it.
    ///
    /// ```
    ///  struct kvm_msi   0 address_lo │ 4 address_hi │ 8 data │ 12 flags │ 16 …
    /// ```
    ///
    /// An address that is no local APIC's is the guest's mistake: nothing happens.
    ///
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.70 "KVM_SIGNAL_MSI"
    // tag::signal-msi[]
    public void signalMsi(long address, int data) {
        try (Arena arena = Arena.ofConfined()) {
            var message = arena.allocate(32, 8);
            message.set(JAVA_LONG, 0, address);
            message.set(JAVA_INT, 8, data);
            libc.ioctl(fd, Requests.KVM_SIGNAL_MSI, message.address());
        }
    }
    // end::signal-msi[]

    /// From now on a guest's write of this length to this port adds one to an eventfd, and does not
    /// come back to the process.
    ///
    /// ```
    ///  struct kvm_ioeventfd   0 datamatch │ 8 addr │ 16 len │ 20 fd │ 24 flags │ 28 …
    /// ```
    ///
    /// @param length of the write, 1, 2 or 4 bytes
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.59 "KVM_IOEVENTFD"
    public void signalAtPort(int port, int length, int eventfd) {
        ioeventfd(port, length, eventfd, IOEVENTFD_FLAG_PIO);
    }

    /// The same for a physical address, where there is no memory.
    ///
    /// @param length of the write, 1, 2, 4 or 8 bytes
    /// @throws dev.vmexit.host.KernelException `EEXIST` if there is one already
    public void signalAt(long address, int length, int eventfd) {
        ioeventfd(address, length, eventfd, 0);
    }

    /// Takes [#signalAt] back, which was called with the same.
    public void signalNoMoreAt(long address, int length, int eventfd) {
        ioeventfd(address, length, eventfd, IOEVENTFD_FLAG_DEASSIGN);
    }

    private void ioeventfd(long address, int length, int eventfd, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            var bell = arena.allocate(64, 8);
            bell.set(JAVA_LONG, 8, address);
            bell.set(JAVA_INT, 16, length);
            bell.set(JAVA_INT, 20, eventfd);
            bell.set(JAVA_INT, 24, flags);
            call("KVM_IOEVENTFD", Requests.KVM_IOEVENTFD, bell);
        }
    }

    /// Tells KVM from now on what this process writes into the guest's memory, if it asks for that.
    ///
    /// A CPU sees such writes by itself. Soft KVM keeps translations of the guest's code; without
    /// this it has to compare them with the memory after each exit.
    // tag::report-writes[]
    public void reportWrites() {
        int number = Capability.REPORTED_WRITES.number();
        if (libc.ioctl(fd, Requests.KVM_CHECK_EXTENSION, number) <= 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            var capability = arena.allocate(104, 8);
            capability.set(JAVA_INT, 0, number);
            call("KVM_ENABLE_CAP", Requests.KVM_ENABLE_CAP, capability);
        }
        memory.onWrite(libc::cacheflush);
    }
    // end::report-writes[]

    /// {@return the state of the interrupt controllers, the timer and the clock}
    public VmState state() {
        return VmState.read(libc, fd);
    }

    public void setState(VmState state) {
        state.write(libc, fd);
    }

    public GuestMemory memory() {
        return memory;
    }

    public List<MemorySlot> slots() {
        return slots.all();
    }

    private void call(String name, long request, MemorySegment struct) {
        call(name, request, struct.address());
    }

    private void call(String name, long request, long argument) {
        KernelException.check("ioctl(" + name + ")", libc.ioctl(fd, request, argument));
    }

    /// First the vCPUs, then the machine, then the memory it used: KVM must not outlive its pages.
    @Override
    public void close() {
        vcpus.forEach(Vcpu::close);
        libc.close(fd);
        mappings.forEach(Mapping::close);
    }
}
