package dev.vmexit.acpi;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.pci.PciHost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The tables of this machine, written into the guest's memory at 0xE_0000, where every operating
/// system looks for them.
///
/// ```
///  RSDP ──► XSDT ──► FADT ──► FACS, DSDT      how to switch off and to reset
///              ├───► MADT                     one local APIC a CPU, one IOAPIC
///              └───► MCFG                     where PCI's configuration space is
/// ```
///
/// Left out: everything this machine does not have, such as thermal zones or a lid.
///
/// @spec https://uefi.org/specs/ACPI/6.5/ ACPI 6.5, section 5.2 "ACPI System Description Tables"
public final class AcpiTables {
    public static final GuestAddress RSDP = new GuestAddress(0xE_0000);

    /// System control interrupt, level-triggered, active high.
    public static final int SCI = 9;

    private static final long LOCAL_APIC = 0xFEE0_0000L;
    private static final int IOAPIC = 0xFEC0_0000;
    private static final int RESET_PORT = 0x64;
    private static final int RESET_VALUE = 0xFE;

    private final GuestMemory memory;
    private GuestAddress next = RSDP.plus(64);

    private AcpiTables(GuestMemory memory) {
        this.memory = memory;
    }

    /// Writes all tables for a machine with `cpus` CPUs, whose APIC ids are 0, 1, 2 …
    public static void write(GuestMemory memory, int cpus) {
        var tables = new AcpiTables(memory);
        GuestAddress facs = tables.put(facs());
        GuestAddress dsdt = tables.put(dsdt());
        GuestAddress fadt = tables.put(fadt(facs, dsdt));
        GuestAddress madt = tables.put(madt(cpus));
        GuestAddress mcfg = tables.put(mcfg());
        GuestAddress xsdt = tables.put(xsdt(fadt, madt, mcfg));
        memory.write(RSDP, rsdp(xsdt));
    }

    private GuestAddress put(byte[] table) {
        GuestAddress at = next;
        memory.write(at, table);
        next = at.plus(table.length + 63L & ~63L);
        return at;
    }

    private static byte[] rsdp(GuestAddress xsdt) {
        ByteBuffer b = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);
        b.put(0, "RSD PTR ".getBytes(StandardCharsets.US_ASCII));
        b.put(9, "VMEXIT".getBytes(StandardCharsets.US_ASCII));
        b.put(15, (byte) 2);
        b.putInt(20, 36);
        b.putLong(24, xsdt.value());
        // tag::doc-rsdp-sums[]
        b.put(8, (byte) -AcpiTable.sum(b.array(), 20));
        b.put(32, (byte) -AcpiTable.sum(b.array(), 36));
        // end::doc-rsdp-sums[]
        return b.array();
    }

    private static byte[] xsdt(GuestAddress... tables) {
        var xsdt = new AcpiTable("XSDT", 1, AcpiTable.HEADER_BYTES + 8 * tables.length);
        for (GuestAddress table : tables) {
            xsdt.buffer().putLong(table.value());
        }
        return xsdt.finish();
    }

    /// The firmware's control structure: a lock and a waking vector, both unused here. It has no
    /// checksum and must be aligned to 64 bytes.
    private static byte[] facs() {
        ByteBuffer b = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        b.put(0, "FACS".getBytes(StandardCharsets.US_ASCII));
        b.putInt(4, 64);
        b.put(32, (byte) 2);
        return b.array();
    }

    private static byte[] dsdt() {
        byte[] aml = Dsdt.aml();
        var dsdt = new AcpiTable("DSDT", 2, AcpiTable.HEADER_BYTES + aml.length);
        dsdt.buffer().put(aml);
        return dsdt.finish();
    }

    /// @spec https://pcisig.com/specifications PCI Firmware Specification 3.0, section 4.1.2 "MCFG
    ///       Table Description"
    private static byte[] mcfg() {
        // tag::mcfg[]
        var mcfg = new AcpiTable("MCFG", 1, AcpiTable.HEADER_BYTES + 8 + 16);
        // Segment 0, buses 0 to 0.
        mcfg.buffer().putLong(0).putLong(PciHost.ECAM).putLong(0);
        return mcfg.finish();
        // end::mcfg[]
    }

    /// @spec https://uefi.org/specs/ACPI/6.5/ ACPI 6.5, section 5.2.9 "Fixed ACPI Description Table (FADT)"
    private static byte[] fadt(GuestAddress facs, GuestAddress dsdt) {
        var fadt = new AcpiTable("FACP", 6, 276);
        ByteBuffer b = fadt.buffer();
        int events = PowerManagement.PORT;
        int control = PowerManagement.PORT + PowerManagement.CONTROL_OFFSET;
        b.putInt(36, (int) facs.value());
        b.putInt(40, (int) dsdt.value());
        b.putShort(46, (short) SCI);
        b.putInt(56, events);
        b.putInt(64, control);
        b.put(88, (byte) PowerManagement.EVENT_BYTES);
        b.put(89, (byte) PowerManagement.CONTROL_BYTES);
        b.putShort(96, (short) 0xFFF); // no C2 state
        b.putShort(98, (short) 0xFFF); // no C3 state
        b.put(108, (byte) 0x32); // the RTC's century byte
        b.putShort(109, (short) 0b101); // legacy devices present, no VGA to probe
        b.putInt(112, Flags.ALL);
        genericAddress(b, 116, 8, RESET_PORT);
        b.put(128, (byte) RESET_VALUE);
        b.putLong(140, dsdt.value());
        genericAddress(b, 148, 8 * PowerManagement.EVENT_BYTES, events);
        genericAddress(b, 172, 8 * PowerManagement.CONTROL_BYTES, control);
        return fadt.finish();
    }

    /// The flags of the FADT that hold for this machine.
    private static final class Flags {
        static final int WBINVD = 1 << 0;
        static final int PROC_C1 = 1 << 2;
        /// There is no sleep button among the fixed registers. (The same bit for the power button
        /// is 0: that one is there.)
        static final int SLP_BUTTON = 1 << 5;
        static final int RESET_REG_SUP = 1 << 10;
        static final int ALL = WBINVD | PROC_C1 | SLP_BUTTON | RESET_REG_SUP;
    }

    /// Space 1 is I/O ports.
    private static void genericAddress(ByteBuffer b, int offset, int bits, int port) {
        b.put(offset, (byte) 1);
        b.put(offset + 1, (byte) bits);
        b.put(offset + 3, (byte) (bits == 8 ? 1 : 2));
        b.putLong(offset + 4, port);
    }

    /// @spec https://uefi.org/specs/ACPI/6.5/ ACPI 6.5, section 5.2.12 "Multiple APIC Description Table (MADT)"
    private static byte[] madt(int cpus) {
        var madt = new AcpiTable("APIC", 5, AcpiTable.HEADER_BYTES + 8 + 8 * cpus + 12 + 10);
        ByteBuffer b = madt.buffer();
        b.putInt((int) LOCAL_APIC).putInt(1); // flags: there are 8259s too
        // tag::doc-madt[]
        for (int cpu = 0; cpu < cpus; cpu++) {
            b.put((byte) 0).put((byte) 8).put((byte) cpu).put((byte) cpu).putInt(1);
        }
        // end::doc-madt[]
        b.put((byte) 1).put((byte) 12).put((byte) cpus).put((byte) 0).putInt(IOAPIC).putInt(0);
        b.put((byte) 2).put((byte) 10).put((byte) 0).put((byte) SCI).putInt(SCI)
                .putShort((short) 0b1101);
        return madt.finish();
    }
}
