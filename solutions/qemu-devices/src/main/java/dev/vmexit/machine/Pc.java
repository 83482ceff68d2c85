package dev.vmexit.machine;

import dev.vmexit.acpi.AcpiTables;
import dev.vmexit.acpi.PowerManagement;
import dev.vmexit.bus.BusDevice;
import dev.vmexit.debug.DebugConsole;
import dev.vmexit.debug.DebugExit;
import dev.vmexit.host.HostThread;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Capability;
import dev.vmexit.kvm.Kvm;
import dev.vmexit.kvm.Vm;
import dev.vmexit.linux.BootLoader;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.pci.PciHost;
import dev.vmexit.power.I8042;
import dev.vmexit.power.PowerSwitch;
import dev.vmexit.rtc.Rtc;
import dev.vmexit.rtc.RtcTimer;
import dev.vmexit.serial.Uart16550;
import dev.vmexit.serial.UartState;
import dev.vmexit.state.Saved;
import dev.vmexit.state.SavedMachine;
import dev.vmexit.state.StateFile;
import dev.vmexit.virtio.Doorbell;
import dev.vmexit.virtio.ThreadDoorbell;
import dev.vmexit.virtio.VirtioDevice;
import dev.vmexit.virtio.VirtioPci;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// A PC without the parts that nobody needs any more.
///
/// ```
///   CPU 0 … n      each a thread with its own run loop
///     │
///   system bus ── ports    0x060 i8042    0x070 RTC    0x3F8 UART    0x600 ACPI power
///     │        │          0xCF8 PCI configuration
///     │        └─ addresses  0xC000_0000 registers of PCI functions    0xE000_0000 ECAM
///   in the kernel: PIC, IOAPIC, local APICs, PIT
/// ```
///
/// Memory lies below 3 GiB; what is more goes above 4 GiB, because the last GiB below is where PCs
/// have their devices.
///
/// Built and closed by one thread.
public final class Pc implements AutoCloseable {
    /// What this machine needs of KVM.
    private static final Set<Capability> NEEDED = needed();

    private static final long LOW_MEMORY_END = 3L << 30;
    private static final GuestAddress HIGH_MEMORY = new GuestAddress(4L << 30);
    private static final GuestAddress SPARE_PAGES = new GuestAddress(0xFFFB_C000L);

    private final Kvm kvm;
    private final Vm vm;
    /// One for each virtio device.
    private final Supplier<Doorbell> bells;
    private final PowerSwitch power = new PowerSwitch();
    private final SystemBus bus = new SystemBus(power);
    private final Uart16550 uart;
    private final PowerManagement acpi;
    private final RtcTimer rtcTimer = new RtcTimer();
    private final PciHost pci = new PciHost();
    private final List<VirtioPci> virtio = new ArrayList<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private final List<PcCpu> cpus = new ArrayList<>();
    private final Map<String, Saved> saved = new LinkedHashMap<>();
    private final List<SavedCpu> savedCpus = new ArrayList<>();

    private Pc(Kvm kvm, Vm vm, Supplier<Doorbell> bells, IntConsumer serialOutput) {
        this.kvm = kvm;
        this.vm = vm;
        this.bells = bells;
        this.uart = new Uart16550(serialOutput,
                high -> vm.setIrqLine(Uart16550.COM1_IRQ, high));
        this.acpi = new PowerManagement(power, high -> vm.setIrqLine(AcpiTables.SCI, high));
    }

    private static Set<Capability> needed() {
        var needed = EnumSet.copyOf(Kvm.NEEDED);
        needed.add(Capability.IRQCHIP);
        needed.add(Capability.PIT2);
        needed.add(Capability.SIGNAL_MSI);
        return needed;
    }

    /// {@return a machine with nothing loaded}
    ///
    /// @param serialOutput gets every byte that the guest sends
    public static Pc build(LibC libc, PcConfig config, IntConsumer serialOutput) {
        Kvm kvm = Kvm.open(libc);
        Vm vm = null;
        try {
            kvm.require(NEEDED);
            vm = kvm.createVm();
            var pc = new Pc(kvm, vm, bells(libc, vm, config), serialOutput);
            pc.assemble(config);
            return pc;
        } catch (RuntimeException failed) {
            close(vm, kvm);
            throw failed;
        }
    }

    private static Supplier<Doorbell> bells(LibC libc, Vm vm, PcConfig config) {
        return config.ioeventfd() ? () -> new EventDoorbell(libc, vm) : ThreadDoorbell::new;
    }

    private void assemble(PcConfig config) {
        vm.reportWrites();
        vm.createIrqchip(SPARE_PAGES);
        vm.createPit();
        long low = Math.min(config.memoryBytes(), LOW_MEMORY_END);
        vm.addRam(0, new GuestAddress(0), low);
        if (config.memoryBytes() > low) {
            vm.addRam(1, HIGH_MEMORY, config.memoryBytes() - low);
        }
        addConfiguration(config);
        // tag::doc-ports[]
        add("i8042", I8042.PORT, I8042.SIZE_BYTES, new I8042(power));
        add("RTC", Rtc.PORT, Rtc.SIZE_BYTES, new Rtc(config.clock(),
                high -> vm.setIrqLine(Rtc.IRQ, high), rtcTimer));
        // end::doc-ports[]
        bus.ports().add("UART", Uart16550.COM1, Uart16550.SIZE_BYTES, uart);
        saved.put("UART", new UartState(uart));
        add("ACPI power", PowerManagement.PORT, PowerManagement.SIZE_BYTES, acpi);
        bus.ports().add("PCI configuration", PciHost.PORT, PciHost.SIZE_BYTES, pci.ports());
        bus.memory().add("PCI memory", PciHost.MEMORY, PciHost.MEMORY_BYTES, pci.memory());
        bus.memory().add("PCI ECAM", PciHost.ECAM, PciHost.ECAM_BYTES, pci.ecam());
        AcpiTables.write(vm.memory(), config.cpus());
        for (int id = 0; id < config.cpus(); id++) {
            var vcpu = vm.createVcpu(id);
            var cpuid = PcCpuid.of(kvm.supportedCpuid(), id, config.cpus());
            vcpu.setCpuid(cpuid);
            cpus.add(new PcCpu(id, vcpu, bus));
            savedCpus.add(new SavedCpu(vcpu, cpuid));
        }
        power.onChange(this::stopCpus);
    }

    private void addConfiguration(PcConfig config) {
        var size = new SavedConfig();
        size.memoryBytes = config.memoryBytes();
        size.cpus = config.cpus();
        saved.put(SavedConfig.NAME, size);
    }

    private <D extends BusDevice & Saved> void add(String name, int port, int sizeBytes, D device) {
        bus.ports().add(name, port, sizeBytes, device);
        saved.put(name, device);
    }

    /// Adds port 0xE9, which prints. Before [#run].
    public void attachDebugConsole(IntConsumer output) {
        bus.ports().add("debug console", DebugConsole.PORT, DebugConsole.SIZE_BYTES,
                new DebugConsole(output));
    }

    /// Adds port 0xF4, with which a guest ends the machine and says how it went. Before [#run].
    public void attachDebugExit() {
        bus.ports().add("debug exit", DebugExit.PORT, DebugExit.SIZE_BYTES, new DebugExit(power));
    }

    /// Puts a virtio device on the PCI bus. Before [#run].
    ///
    /// @return its connection to the bus, for what the device itself has to say
    // tag::attach[]
    public VirtioPci attach(VirtioDevice device) {
        var connection = new VirtioPci(device, vm.memory(), vm::signalMsi, bells.get());
        virtio.add(connection);
        pci.add(connection.function());
        return connection;
    }
    // end::attach[]

    /// @param end runs when the machine has been closed, for what was made for it alone
    public void onClose(Runnable end) {
        afterwards.add(end);
    }

    /// Puts a kernel into memory and the first CPU at its entry; the others wait to be woken by it.
    public void load(BootLoader kernel) {
        kernel.load(vm.memory(), vm.slots());
        kernel.enter(cpus.getFirst().vcpu(), vm.memory());
    }

    /// Writes all of this machine, whose [#run] has ended with [PcEnd.Stopped], into a file, which
    /// is complete or not there.
    ///
    /// @throws StateFailure if the file cannot be written
    public void save(Path path) {
        try (StateFile file = StateFile.create(path)) {
            state().save(file);
            file.finish();
        }
    }

    /// Makes this machine, which is new and has the same devices, what another was. Instead of
    /// [#load].
    ///
    /// @throws StateFailure if the file does not fit; the machine is of no use then
    public void restore(SavedMachine machine) {
        state().restore(machine);
    }

    private PcState state() {
        return new PcState(vm, savedCpus, saved, pci, virtio);
    }

    /// Runs until the guest switches itself off, resets, dies, or [#stop] is called.
    ///
    /// A reset ends the run too: whoever built the machine decides whether to build it again.
    public PcEnd run() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        try {
            for (PcCpu cpu : cpus) {
                threads.add(Thread.ofPlatform().name("cpu " + cpu.id())
                        .start(() -> cpu.run(this::stopCpus)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } finally {
            // The caller will unmap the memory: no CPU may be running then, whatever happened here.
            stopCpus();
            threads.forEach(HostThread::awaitEnd);
        }
        return end();
    }

    private PcEnd end() {
        return switch (power.state()) {
            case OFF -> new PcEnd.PoweredOff();
            case RESET -> new PcEnd.Reset();
            case EXIT -> new PcEnd.Exited(power.exitStatus());
            case ON -> cpus.stream().flatMap(cpu -> cpu.death(vm.memory()).stream()).findFirst()
                    .<PcEnd>map(PcEnd.Died::new).orElse(new PcEnd.Stopped());
        };
    }

    /// A byte arrives on the serial line.
    public void type(int value) {
        uart.receive(value);
    }

    /// Presses the power button: a guest that listens switches itself off in an orderly way.
    public void pressPowerButton() {
        acpi.pressButton();
    }

    /// Ends [#run] from any thread, whatever the guest is doing.
    public void stop() {
        stopCpus();
    }

    private void stopCpus() {
        virtio.forEach(VirtioPci::abandon);
        cpus.forEach(PcCpu::stop);
    }

    /// First the devices, whose threads work in the guest's memory.
    @Override
    public void close() {
        virtio.forEach(VirtioPci::close);
        rtcTimer.close();
        close(vm, kvm);
        afterwards.forEach(Runnable::run);
    }

    private static void close(Vm vm, Kvm kvm) {
        if (vm != null) {
            vm.close();
        }
        kvm.close();
    }
}
