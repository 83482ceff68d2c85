package dev.vmexit.pci;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.ArrayList;
import java.util.List;

/// The bridge between the CPUs and PCI bus 0: two ways to the configuration space, and one window
/// of addresses in which the functions' regions lie.
///
/// ```
///  port 0xCF8   31 enable │ 23:16 bus │ 15:11 device │ 10:8 function │ 7:2 register
///  port 0xCFC   the four bytes of that register
///  ECAM         27:20 bus │ 19:15 device │ 14:12 function │ 11:0 register
/// ```
///
/// Functions are added while the machine is built; afterwards many CPUs call at once.
///
/// @spec https://pcisig.com/specifications PCI Local Bus Specification 3.0, section 3.2.2.3.2
///       "Software Generation of Configuration Transactions"; PCI Express Base Specification 3.0,
///       section 7.2.2 "PCI Express Enhanced Configuration Access Mechanism"
public final class PciHost implements Saved {
    public static final int PORT = 0xCF8;
    public static final int SIZE_BYTES = 8;
    /// The window for regions.
    public static final long MEMORY = 0xC000_0000L;
    public static final long MEMORY_BYTES = 0x2000_0000L;
    /// One bus: 32 devices of 8 functions with 4096 bytes each.
    public static final long ECAM = 0xE000_0000L;
    public static final long ECAM_BYTES = 1 << 20;

    private static final int DEVICES = 32;
    private static final int BRIDGE_CLASS = 0x06_0000;
    /// Red Hat's number for bridges of virtual machines.
    private static final int VENDOR = 0x1B36;
    private static final int DEVICE = 0x0008;
    private static final long ENABLE = 1L << 31;
    /// The port 0xCFC, counted from 0xCF8.
    private static final int DATA = 4;

    private record Mapped(long start, long last, BusDevice device) {}

    private final PciFunction[] functions = new PciFunction[DEVICES];
    private int count;
    private long nextAddress = MEMORY;
    private long address;
    private volatile List<Mapped> map = List.of();

    public PciHost() {
        add(new PciFunction(new PciFunction.Identity(VENDOR, DEVICE, BRIDGE_CLASS, 0, 0)));
    }

    /// Gives a function the next device number, and its regions addresses.
    ///
    /// @return the device number
    public synchronized int add(PciFunction function) {
        if (count == DEVICES) {
            throw new IllegalArgumentException("a bus has at most %d devices".formatted(DEVICES));
        }
        // tag::place[]
        for (PciFunction.Region region : function.regions()) {
            long at = nextAddress + region.sizeBytes() - 1 & -(long) region.sizeBytes();
            function.place(region, at);
            nextAddress = at + region.sizeBytes();
        }
        // end::place[]
        functions[count] = function;
        remap();
        return count++;
    }

    /// The ports 0xCF8 and 0xCFC.
    public BusDevice ports() {
        return new Ports();
    }

    /// The configuration space as memory.
    public BusDevice ecam() {
        return new Ecam();
    }

    /// The window of the regions.
    public BusDevice memory() {
        return new Window();
    }

    @Override
    public synchronized void save(StateOut out) {
        out.i32((int) address).u8(count);
        for (int n = 0; n < count; n++) {
            functions[n].save(out);
        }
    }

    @Override
    public synchronized void restore(StateIn in) {
        address = in.i32() & 0xFFFF_FFFFL;
        int saved = in.u8();
        if (saved != count) {
            throw in.wrong("%d devices were on the bus, and here are %d; give the same disks and "
                    .formatted(saved, count) + "networks as when it was saved");
        }
        for (int n = 0; n < count; n++) {
            functions[n].restore(in);
        }
        remap();
    }

    private long readConfig(long where, int register, int size) {
        PciFunction function = find(where);
        return function == null ? -1 : function.read(register, size);
    }

    private void writeConfig(long where, int register, int size, long value) {
        PciFunction function = find(where);
        if (function != null) {
            function.write(register, size, value);
            synchronized (this) {
                remap();
            }
        }
    }

    /// @param where bus, device and function, 16 bits; there is bus 0 and function 0 only
    private synchronized PciFunction find(long where) {
        boolean here = (where & 0xFF07) == 0;
        return here ? functions[(int) where >> 3 & 31] : null;
    }

    /// Notes which region answers where. Two at the same address are a driver's mistake: the first
    /// one answers.
    private void remap() {
        var mapped = new ArrayList<Mapped>();
        for (PciFunction function : functions) {
            if (function != null && !function.regions().isEmpty()) {
                mapped.addAll(mapped(function));
            }
        }
        map = mapped;
    }

    /// {@return where the function's regions answer} Each begins at the address in its BAR; none
    /// answers while the function does not decode memory.
    // tag::dev-09-map[]
    private static List<Mapped> mapped(PciFunction function) {
        // tag::solution[]
        var mapped = new ArrayList<Mapped>();
        // tag::remap[]
        if (function.answersMemory()) {
            for (PciFunction.Region region : function.regions()) {
                long start = function.base(region);
                mapped.add(new Mapped(start, start + region.sizeBytes() - 1, region.device()));
            }
        }
        // end::remap[]
        return mapped;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-09", "one entry for each region, while the function answers");
        // end::stub[]
    }
    // end::dev-09-map[]

    /// {@return what was written to the port 0xCF8 last; 0 before}
    private synchronized long address() {
        return address;
    }

    private synchronized void address(long value) {
        address = value;
    }

    /// The address at offset 0, which is only ever read and written as a whole, and the data at
    /// offset 4.
    private final class Ports implements BusDevice {
        /// {@return the address register; or `size` bytes of what it names, from the byte of the
        /// register that the port stands for} Any other access, and the data while bit 31 is clear,
        /// reads as all ones.
        // tag::dev-09-ports[]
        @Override
        public long read(long offset, int size) {
            // tag::solution[]
            long a = address();
            if (offset < DATA) {
                return offset == 0 && size == 4 ? a : -1;
            }
            boolean enabled = (a & ENABLE) != 0;
            return enabled ? readConfig(a >> 8 & 0xFFFF, register(a, offset), size) : -1;
            // end::solution[]
            // tag::stub[]
            //~ throw Todo.of("dev-09", "answer for the address, or for what it names");
            // end::stub[]
        }

        /// Sets the address register, or writes to what it names. Any other access, and the data
        /// while bit 31 is clear, is ignored.
        @Override
        public void write(long offset, int size, long value) {
            // tag::solution[]
            long a = address();
            if (offset == 0 && size == 4) {
                address(value & 0xFFFF_FFFFL);
            } else if (offset >= DATA && (a & ENABLE) != 0) {
                writeConfig(a >> 8 & 0xFFFF, register(a, offset), size, value);
            }
            // end::solution[]
            // tag::stub[]
            //~ throw Todo.of("dev-09", "keep the address, or write to what it names");
            // end::stub[]
        }
        // end::dev-09-ports[]

        /// {@return the byte of the configuration space that a data port stands for}
        private static int register(long address, long port) {
            return (int) (address & 0xFC | port & 3);
        }
    }

    private final class Ecam implements BusDevice {
        @Override
        // tag::ecam[]
        public long read(long offset, int size) {
            return readConfig(offset >> 12, (int) offset & 0xFFF, size);
        }
        // end::ecam[]

        @Override
        public void write(long offset, int size, long value) {
            writeConfig(offset >> 12, (int) offset & 0xFFF, size, value);
        }
    }

    private final class Window implements BusDevice {
        @Override
        public long read(long offset, int size) {
            Mapped found = find(offset + MEMORY, size);
            return found == null ? -1 : found.device.read(offset + MEMORY - found.start, size);
        }

        @Override
        public void write(long offset, int size, long value) {
            Mapped found = find(offset + MEMORY, size);
            if (found != null) {
                found.device.write(offset + MEMORY - found.start, size, value);
            }
        }

        private Mapped find(long at, int size) {
            for (Mapped mapped : map) {
                if (at >= mapped.start && at + size - 1 <= mapped.last) {
                    return mapped;
                }
            }
            return null;
        }
    }
}
