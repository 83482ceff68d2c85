package dev.vmexit.pci;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One PCI function: who it is, where its registers are, what it can do.
///
/// ```
///  00 vendor, device │ 04 command, status │ 08 revision, class │ 10 … 24 BARs │ 34 capabilities
/// ```
///
/// A base address register (BAR) asks for memory addresses. Its low bits are fixed at 0, as many as
/// the region is large; a driver writes all ones and reads how many stuck. The region answers while
/// Memory Space Enable is set in the command register.
///
/// @spec https://pcisig.com/specifications PCI Local Bus Specification 3.0, section 6.1
///       "Configuration Space Organization" and 6.2.5.1 "Address Maps"
public final class PciFunction implements Saved {
    private static final int COMMAND = 0x04;
    private static final int STATUS = 0x06;
    private static final int REVISION = 0x08;
    private static final int BAR_0 = 0x10;
    private static final int BARS = 6;
    private static final int SUBSYSTEM = 0x2C;
    private static final int CAPABILITIES = 0x34;
    private static final int FIRST_CAPABILITY = 0x40;

    private static final int MEMORY_SPACE = 1 << 1;
    private static final int BUS_MASTER = 1 << 2;
    private static final int INTERRUPT_DISABLE = 1 << 10;
    private static final int CAPABILITIES_LIST = 1 << 4;

    /// Who a function is.
    ///
    /// @param classCode base class, sub-class and interface, 24 bits
    public record Identity(int vendor, int device, int classCode, int revision, int subsystem) {}

    /// A region of registers behind a BAR.
    record Region(int bar, int sizeBytes, BusDevice device) {}

    private final ConfigSpace config = new ConfigSpace();
    private final List<Region> regions = new ArrayList<>();
    private final Map<Integer, BusDevice> windows = new TreeMap<>();
    private int nextCapability = FIRST_CAPABILITY;
    private int lastLink = CAPABILITIES;
    private final List<Runnable> written = new ArrayList<>();

    public PciFunction(Identity identity) {
        config.define(0, 4, identity.vendor | (long) identity.device << 16);
        config.define(REVISION, 4, identity.revision | (long) identity.classCode << 8);
        config.define(SUBSYSTEM, 4, identity.vendor | (long) identity.subsystem << 16);
        config.allow(COMMAND, 2, MEMORY_SPACE | BUS_MASTER | INTERRUPT_DISABLE);
        // The interrupt line is a note that firmware leaves for drivers.
        config.allow(0x3C, 1, 0xFF);
    }

    /// Puts registers behind a 32-bit memory BAR.
    ///
    /// @param sizeBytes a power of two, 16 or more
    public void addRegion(int bar, int sizeBytes, BusDevice device) {
        boolean free = regions.stream().noneMatch(region -> region.bar == bar);
        if (bar < 0 || bar >= BARS || !free || Integer.bitCount(sizeBytes) != 1 || sizeBytes < 16) {
            throw new IllegalArgumentException("BAR %d with %d bytes".formatted(bar, sizeBytes));
        }
        addBar(bar, sizeBytes);
        regions.add(new Region(bar, sizeBytes, device));
    }

    /// The BAR of a region: its low bits stay 0, the others are the driver's.
    // tag::dev-09-bar[]
    private void addBar(int bar, int sizeBytes) {
        // tag::solution[]
        // tag::region[]
        config.allow(BAR_0 + 4 * bar, 4, -(long) sizeBytes);
        // end::region[]
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-09", "give the driver the bits of the BAR that are its");
        // end::stub[]
    }
    // end::dev-09-bar[]

    /// Adds a capability to the function's list.
    ///
    /// @param body what follows the id and the link to the next one
    /// @return where it begins
    public int addCapability(int id, byte[] body) {
        int at = nextCapability;
        int length = 2 + body.length + 3 & ~3;
        if (at + length > ConfigSpace.SIZE_BYTES) {
            throw new IllegalArgumentException("no room for capability 0x%x".formatted(id));
        }
        config.define(at, 1, id);
        for (int n = 0; n < body.length; n++) {
            config.define(at + 2 + n, 1, body[n]);
        }
        // tag::link[]
        config.define(lastLink, 1, at);
        config.define(STATUS, 2, CAPABILITIES_LIST);
        lastLink = at + 1;
        nextCapability = at + length;
        // end::link[]
        return at;
    }

    /// Gives bits of the configuration space to the driver.
    public void allow(int offset, int size, long mask) {
        config.allow(offset, size, mask);
    }

    /// Accesses that begin in the four bytes from `offset` on are the device's.
    public void addWindow(int offset, BusDevice device) {
        windows.put(offset, device);
    }

    /// @param action called after each write to the configuration space, in the order of adding
    public void onWrite(Runnable action) {
        written.add(action);
    }

    /// {@return `size` bytes of the configuration space}
    public long read(int offset, int size) {
        // The device is asked without our lock: it may hold its own and be about to ask us.
        BusDevice window = windows.get(offset & ~3);
        if (window != null) {
            return window.read(offset & 3, size);
        }
        synchronized (this) {
            return config.read(offset, size);
        }
    }

    /// Writes what the driver may.
    public void write(int offset, int size, long value) {
        BusDevice window = windows.get(offset & ~3);
        if (window != null) {
            window.write(offset & 3, size, value);
            return;
        }
        synchronized (this) {
            config.write(offset, size, value);
        }
        written.forEach(Runnable::run);
    }

    @Override
    public synchronized void save(StateOut out) {
        for (int at = 0; at < ConfigSpace.SIZE_BYTES; at += 4) {
            out.i32((int) config.read(at, 4));
        }
    }

    /// Takes what is the driver's; the function itself has to be the same one.
    @Override
    public synchronized void restore(StateIn in) {
        for (int at = 0; at < ConfigSpace.SIZE_BYTES; at += 4) {
            int value = in.i32();
            config.write(at, 4, value);
            if ((int) config.read(at, 4) != value) {
                throw in.wrong("it is another device: at 0x%02x there is 0x%x, not 0x%x"
                        .formatted(at, config.read(at, 4), value & 0xFFFF_FFFFL));
            }
        }
    }

    List<Region> regions() {
        return regions;
    }

    /// {@return the registers behind a BAR; null if there are none}
    public BusDevice device(int bar) {
        return regions.stream().filter(region -> region.bar == bar).map(Region::device)
                .findFirst().orElse(null);
    }

    /// {@return whether the function may read and write the guest's memory} An interrupt message is
    /// such a write.
    ///
    /// @spec https://pcisig.com/specifications PCI Local Bus Specification 3.0, section 6.2.2 "Device Control", Bus Master
    public synchronized boolean isBusMaster() {
        return (config.read(COMMAND, 2) & BUS_MASTER) != 0;
    }

    synchronized boolean answersMemory() {
        return (config.read(COMMAND, 2) & MEMORY_SPACE) != 0;
    }

    /// {@return where the region of this BAR answers now, −1 where it does not}
    public synchronized long address(int bar) {
        return answersMemory() ? config.read(BAR_0 + 4 * bar, 4) : -1;
    }

    synchronized long base(Region region) {
        return config.read(BAR_0 + 4 * region.bar, 4);
    }

    /// What firmware does: an address for the region.
    synchronized void place(Region region, long address) {
        config.write(BAR_0 + 4 * region.bar, 4, address);
        config.write(COMMAND, 2, MEMORY_SPACE);
    }
}
