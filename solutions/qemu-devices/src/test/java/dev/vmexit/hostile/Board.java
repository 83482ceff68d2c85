package dev.vmexit.hostile;

import dev.vmexit.acpi.PowerManagement;
import dev.vmexit.bus.Bus;
import dev.vmexit.disk.Disk;
import dev.vmexit.disk.MemoryFile;
import dev.vmexit.disk.qcow2.Qcow2Create;
import dev.vmexit.disk.qcow2.Qcow2Disk;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.user.LoopbackNetwork;
import dev.vmexit.pci.PciHost;
import dev.vmexit.power.I8042;
import dev.vmexit.power.PowerSwitch;
import dev.vmexit.rtc.Rtc;
import dev.vmexit.rtc.RtcTimer;
import dev.vmexit.serial.Uart16550;
import dev.vmexit.virtio.VirtioBlk;
import dev.vmexit.virtio.VirtioConsole;
import dev.vmexit.virtio.VirtioDevice;
import dev.vmexit.virtio.VirtioNet;
import dev.vmexit.virtio.VirtioPci;
import dev.vmexit.virtio.VirtioRng;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// All devices of a PC around 2 MiB of RAM, without a CPU: the test is the CPU.
///
/// ```
///  PCI slot   1 rng    2 disk, raw    3 disk, qcow2    4 network card    5 console
/// ```
final class Board implements AutoCloseable {
    static final int RAM_BYTES = 2 << 20;
    static final int DISK_BYTES = 4 << 20;
    static final int RNG = 1;
    static final int RAW = 2;
    static final int QCOW2 = 3;
    static final int NET = 4;
    static final int CONSOLE = 5;
    /// An interrupt message of a driver that means well: its data is below 256.
    static final long MESSAGE_ADDRESS = 0xFEE0_0000L;

    private static final int FENCE_BYTES = 1 << 16;
    private static final byte FENCE = 0x5C;

    final Bus ports = new Bus("port");
    final Bus memory = new Bus("address");
    final MemorySegment ram;
    final AtomicIntegerArray interrupts = new AtomicIntegerArray(256);
    /// What the devices told of that is a mistake of theirs.
    final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    final MemoryFile qcow2File = file();
    final Uart16550 uart = new Uart16550(value -> {}, high -> {});
    final PowerManagement acpi;
    final LoopbackNetwork network;
    final FickleLink terminal;
    final FickleLink agent;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment fenced;
    private final GuestMemory guestMemory;
    private final RtcTimer rtcTimer = new RtcTimer();
    private final PciHost pci = new PciHost();
    private final List<VirtioPci> virtio = new ArrayList<>();
    private final List<Disk> disks = new ArrayList<>();

    Board(long seed, InetSocketAddress resolver) throws IOException {
        fenced = arena.allocate(RAM_BYTES + 2L * FENCE_BYTES, 4096);
        fenced.fill(FENCE);
        ram = fenced.asSlice(FENCE_BYTES, RAM_BYTES).fill((byte) 0);
        var slots = new MemorySlots();
        slots.add(new MemorySlot(0, new GuestAddress(0), ram, MemorySlot.Access.READ_WRITE));
        guestMemory = new GuestMemory(slots);
        var power = new PowerSwitch();
        acpi = new PowerManagement(power, high -> {});
        ports.add("i8042", I8042.PORT, I8042.SIZE_BYTES, new I8042(power));
        ports.add("RTC", Rtc.PORT, Rtc.SIZE_BYTES,
                new Rtc(Clock.systemUTC(), high -> {}, rtcTimer));
        ports.add("UART", Uart16550.COM1, Uart16550.SIZE_BYTES, uart);
        ports.add("ACPI power", PowerManagement.PORT, PowerManagement.SIZE_BYTES, acpi);
        ports.add("PCI configuration", PciHost.PORT, PciHost.SIZE_BYTES, pci.ports());
        memory.add("PCI memory", PciHost.MEMORY, PciHost.MEMORY_BYTES, pci.memory());
        memory.add("PCI ECAM", PciHost.ECAM, PciHost.ECAM_BYTES, pci.ecam());
        network = new LoopbackNetwork(resolver);
        terminal = new FickleLink(new SplittableRandom(seed + 1));
        agent = new FickleLink(new SplittableRandom(seed + 2));
        addVirtio(seed);
    }

    /// A disk's file that keeps no log of its writes.
    private static MemoryFile file() {
        var file = new MemoryFile(new byte[0]);
        file.onLog = file.log::clear;
        return file;
    }

    private void addVirtio(long seed) throws IOException {
        attach(new VirtioRng(new SplittableRandom(seed)));
        MemoryFile raw = file();
        raw.setSize(DISK_BYTES);
        attach(disk(raw.rawDisk(), 2));
        Qcow2Create.create(qcow2File, DISK_BYTES, 12, null);
        attach(disk(Qcow2Disk.open(qcow2File, null), 1));
        var card = new VirtioNet(MacAddress.standard(0), 1500, network, 2);
        VirtioPci connection = attach(card);
        card.connect(connection::wake);
        var console = new VirtioConsole(terminal, Map.of("agent", agent));
        VirtioPci bridge = attach(console);
        console.connect(bridge::wake, bridge::configurationChanged);
        terminal.port().open();
    }

    private VirtioDevice disk(Disk disk, int queues) {
        disks.add(disk);
        return new VirtioBlk(disk, "hostile", queues, faults::add);
    }

    private VirtioPci attach(VirtioDevice device) {
        var connection = new VirtioPci(device, guestMemory, (address, data) -> {
            if (address == MESSAGE_ADDRESS && data >= 0 && data < interrupts.length()) {
                interrupts.incrementAndGet(data);
            }
        });
        virtio.add(connection);
        pci.add(connection.function());
        return connection;
    }

    /// {@return whether the bytes around the RAM are what they were}
    boolean fencesStand() {
        MemorySegment untouched = MemorySegment.ofArray(new byte[FENCE_BYTES]).fill(FENCE);
        return untouched.mismatch(fenced.asSlice(0, FENCE_BYTES)) < 0
                && untouched.mismatch(fenced.asSlice(FENCE_BYTES + (long) RAM_BYTES)) < 0;
    }

    /// The memory goes last: a device that touches it after its end is found out by that.
    @Override
    public void close() {
        virtio.forEach(VirtioPci::abandon);
        virtio.forEach(VirtioPci::close);
        rtcTimer.close();
        network.close();
        for (Disk disk : disks) {
            try {
                disk.close();
            } catch (IOException e) {
                faults.add(e);
            }
        }
        arena.close();
    }
}
