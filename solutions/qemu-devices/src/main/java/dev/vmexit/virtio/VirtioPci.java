package dev.vmexit.virtio;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.pci.MsixTable;
import dev.vmexit.pci.PciFunction;
import dev.vmexit.pci.PciHost;
import dev.vmexit.state.Saved;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A virtio device on the PCI bus: the function, its registers, its interrupts.
///
/// ```
///  BAR 0   0x0000 common configuration   0x1000 ISR status
///          0x2000 device configuration   0x3000 notification, 4 bytes a queue
///  BAR 1   MSI-X: a vector for configuration changes and one for each queue
/// ```
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 4.1
///       "Virtio Over PCI Bus"
public final class VirtioPci implements BusDevice, AutoCloseable {
    private static final int VENDOR = 0x1AF4;
    private static final int FIRST_DEVICE = 0x1040;
    private static final int VENDOR_CAPABILITY = 0x09;
    private static final int BAR_BYTES = 0x4000;
    private static final int PART_BYTES = 0x1000;
    /// Of a notification register.
    public static final int NOTIFY_BYTES = 4;

    // Types of the capabilities that say where a part is.
    private static final int COMMON = 1;
    private static final int NOTIFY = 2;
    private static final int ISR = 3;
    private static final int DEVICE = 4;
    private static final int PCI = 5;

    private final PciFunction function;
    private final Transport transport;
    private final CommonConfig common;
    private final int queues;
    private final Doorbell bell;
    private int windowCapability;

    /// @param signal where interrupts go
    public VirtioPci(VirtioDevice device, GuestMemory memory, MsixTable.Sink signal) {
        this(device, memory, signal, new ThreadDoorbell());
    }

    /// @param signal where interrupts go
    /// @param bell where notifications may come from without an exit; closed with this
    public VirtioPci(VirtioDevice device, GuestMemory memory, MsixTable.Sink signal,
            Doorbell bell) {
        this.bell = bell;
        this.queues = device.queueSizes().length;
        this.function = new PciFunction(new PciFunction.Identity(VENDOR,
                FIRST_DEVICE + device.type(), device.classCode(), 1, FIRST_DEVICE + device.type()));
        function.addRegion(0, BAR_BYTES, this);
        var msix = new MsixTable(function, 1, queues + 1, signal);
        this.transport = new Transport(device, memory, msix, function::isBusMaster, bell);
        function.onWrite(transport::busMasterMayHaveChanged);
        function.onWrite(this::placeBell);
        this.common = new CommonConfig(transport);
        addCapabilities(device.configuration().length);
    }

    // tag::place-bell[]
    /// The bell follows the registers: the driver may move them, or switch them off. One CPU at a
    /// time, or an address that is no more the right one could be the last to be told.
    private synchronized void placeBell() {
        long start = function.address(0);
        boolean there = start >= PciHost.MEMORY
                && start + BAR_BYTES <= PciHost.MEMORY + PciHost.MEMORY_BYTES;
        bell.listenAt(there ? start + 3 * PART_BYTES : 0, there ? queues : 0);
    }
    // end::place-bell[]

    private void addCapabilities(int configurationBytes) {
        function.addCapability(VENDOR_CAPABILITY, part(COMMON, 0, CommonConfig.SIZE_BYTES, 0));
        function.addCapability(VENDOR_CAPABILITY,
                part(NOTIFY, 3 * PART_BYTES, NOTIFY_BYTES * queues, 4));
        function.addCapability(VENDOR_CAPABILITY, part(ISR, PART_BYTES, 1, 0));
        if (configurationBytes > 0) {
            function.addCapability(VENDOR_CAPABILITY,
                    part(DEVICE, 2 * PART_BYTES, configurationBytes, 0));
        }
        windowCapability = function.addCapability(VENDOR_CAPABILITY, part(PCI, 0, 0, 4));
        // The driver writes bar, offset and length, and finds the register behind them.
        function.allow(windowCapability + 4, 1, 0xFF);
        function.allow(windowCapability + 8, 8, -1L);
        function.addWindow(windowCapability + 16, new Window());
    }

    /// ```
    ///  2 length │ 3 type │ 4 bar │ 5 id │ 8 offset │ 12 length │ 16 more
    /// ```
    private static byte[] part(int type, int offset, int bytes, int more) {
        ByteBuffer b = ByteBuffer.allocate(14 + more).order(ByteOrder.LITTLE_ENDIAN);
        b.put(0, (byte) (16 + more));
        b.put(1, (byte) type);
        b.putInt(6, offset);
        b.putInt(10, bytes);
        if (type == NOTIFY) {
            b.putInt(14, NOTIFY_BYTES);
        }
        return b.array();
    }

    public PciFunction function() {
        return function;
    }

    /// The device's configuration has changed: the driver is told.
    public void configurationChanged() {
        transport.configurationChanged();
    }

    /// Work of the device's own for a queue: something has come in that belongs there.
    public void wake(int queue) {
        transport.notified(queue);
    }

    @Override
    public long read(long offset, int size) {
        int at = (int) offset & PART_BYTES - 1;
        return switch ((int) (offset / PART_BYTES)) {
            case 0 -> common.read(at, size);
            case 1 -> at == 0 ? transport.takeIsr() : 0;
            case 2 -> transport.readConfiguration(at, size);
            default -> 0;
        };
    }

    // tag::write[]
    @Override
    public void write(long offset, int size, long value) {
        int at = (int) offset & PART_BYTES - 1;
        switch ((int) (offset / PART_BYTES)) {
            case 0 -> common.write(at, size, value);
            case 2 -> transport.writeConfiguration(at, size, value);
            case 3 -> transport.notified(at / NOTIFY_BYTES);
            default -> {
            }
        }
    }
    // end::write[]

    /// Access to the registers through the configuration space, for a driver that cannot map them.
    private final class Window implements BusDevice {
        @Override
        public long read(long offset, int size) {
            Target target = target();
            return target == null ? 0 : target.device.read(target.address, target.width);
        }

        @Override
        public void write(long offset, int size, long value) {
            Target target = target();
            if (target != null) {
                target.device.write(target.address, target.width, value);
            }
        }

        /// Read once, then looked at: another CPU may write it meanwhile.
        ///
        /// @return null if what the driver wrote is no register
        private Target target() {
            long bar = function.read(windowCapability + 4, 1);
            long address = function.read(windowCapability + 8, 4);
            long length = function.read(windowCapability + 12, 4);
            int limit = bar == 0 ? BAR_BYTES : bar == 1 ? MsixTable.SIZE_BYTES : 0;
            boolean fits = (length == 1 || length == 2 || length == 4)
                    && address % length == 0 && address + length <= limit;
            return fits ? new Target(function.device((int) bar), address, (int) length) : null;
        }
    }

    private record Target(BusDevice device, long address, int width) {}

    /// {@return the state of the device and its queues, but for the configuration space}
    public Saved state() {
        return new TransportState(transport);
    }

    /// After the state was restored and all else of the machine too.
    public void resume() {
        placeBell();
        transport.busMasterMayHaveChanged();
    }

    /// Nothing new is begun: the machine ends.
    public void abandon() {
        transport.abandon();
    }

    @Override
    public void close() {
        transport.close();
    }
}
