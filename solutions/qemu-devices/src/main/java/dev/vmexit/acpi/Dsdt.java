package dev.vmexit.acpi;

import dev.vmexit.pci.PciHost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What the DSDT says: how to switch off, and where the PCI bus is.
///
/// ```
///  \_S5          the sleep type that means "off"
///  \_SB.PCI0     the host bridge; the addresses and ports that functions may have
///  \_SB.ECAM     keeps the configuration space's addresses for itself
/// ```
///
/// @spec https://uefi.org/specs/ACPI/6.5/ ACPI 6.5, sections 7.4.2 "\_Sx (System States)" and 6.4
///       "Resource Data Types for ACPI"
final class Dsdt {
    private static final int BUS = 2;
    private static final int PORTS = 1;
    /// Both ends of a range are fixed.
    private static final int FIXED = 0x0C;

    private Dsdt() {}

    static byte[] aml() {
        byte[] off = Aml.integer(PowerManagement.SLP_TYP_S5);
        byte[] zero = Aml.integer(0);
        byte[] bridge = Aml.device("PCI0", Aml.name("_HID", Aml.eisaId("PNP0A08")),
                Aml.name("_CID", Aml.eisaId("PNP0A03")), Aml.name("_UID", zero),
                Aml.name("_SEG", zero), Aml.name("_BBN", zero),
                Aml.name("_CRS", Aml.buffer(windows())));
        byte[] ecam = Aml.device("ECAM", Aml.name("_HID", Aml.eisaId("PNP0C02")),
                Aml.name("_UID", Aml.integer(1)), Aml.name("_CRS", Aml.buffer(ecam())));
        return Aml.concat(Aml.name("_S5_", Aml.packageOf(off, off, zero, zero)),
                Aml.scope("\\_SB_", bridge, ecam));
    }

    // tag::windows[]
    private static byte[] windows() {
        int configuration = PciHost.PORT;
        int behind = configuration + PciHost.SIZE_BYTES;
        return Aml.concat(words(BUS, 0, 0, 0), words(PORTS, 3, 0, configuration - 1),
                port(configuration, PciHost.SIZE_BYTES), words(PORTS, 3, behind, 0xFFFF),
                memory(PciHost.MEMORY, PciHost.MEMORY_BYTES), end());
    }
    // end::windows[]

    private static byte[] ecam() {
        ByteBuffer b = buffer(12).put((byte) 0x86).putShort((short) 9).put((byte) 1);
        b.putInt((int) PciHost.ECAM).putInt((int) PciHost.ECAM_BYTES);
        return Aml.concat(b.array(), end());
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// A range that the bridge passes on, in numbers of 16 bits.
    private static byte[] words(int type, int flags, int first, int last) {
        ByteBuffer b = buffer(16).put((byte) 0x88).putShort((short) 13);
        b.put((byte) type).put((byte) FIXED).put((byte) flags).putShort((short) 0);
        b.putShort((short) first).putShort((short) last).putShort((short) 0);
        return b.putShort((short) (last - first + 1)).array();
    }

    /// Memory that the bridge passes on: read and written, not cached.
    private static byte[] memory(long first, long bytes) {
        ByteBuffer b = buffer(26).put((byte) 0x87).putShort((short) 23);
        b.put((byte) 0).put((byte) FIXED).put((byte) 1).putInt(0);
        return b.putInt((int) first).putInt((int) (first + bytes - 1)).putInt(0).putInt((int) bytes)
                .array();
    }

    /// Ports that the bridge itself answers.
    private static byte[] port(int first, int count) {
        ByteBuffer b = buffer(8).put((byte) 0x47).put((byte) 1).putShort((short) first);
        return b.putShort((short) first).put((byte) 1).put((byte) count).array();
    }

    private static byte[] end() {
        return new byte[]{0x79, 0};
    }
}
