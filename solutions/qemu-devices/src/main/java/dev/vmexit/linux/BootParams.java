package dev.vmexit.linux;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;

/// `boot_params`, the page in which the loader tells the kernel what it found: the setup header,
/// the memory map, the initrd, the command line.
///
/// @spec https://docs.kernel.org/arch/x86/zero-page.html "Zero Page"
final class BootParams {
    static final GuestAddress ADDRESS = new GuestAddress(0x7000);

    /// Kinds of memory in the map.
    enum Kind {
        RAM(1), RESERVED(2);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    private static final int ACPI_RSDP = 0x070;
    private static final int E820_ENTRIES = 0x1E8;
    private static final int TYPE_OF_LOADER = 0x210;
    private static final int RAMDISK_IMAGE = 0x218;
    private static final int RAMDISK_SIZE = 0x21C;
    private static final int CMD_LINE_PTR = 0x228;
    private static final int E820_TABLE = 0x2D0;
    private static final int E820_ENTRY_BYTES = 20;
    private static final int UNKNOWN_LOADER = 0xFF;

    private final GuestMemory memory;
    private int entries;

    BootParams(GuestMemory memory) {
        this.memory = memory;
        memory.write(ADDRESS, new byte[4096]);
    }

    void setupHeader(byte[] header) {
        memory.write(ADDRESS.plus(BzImage.HEADER), header);
        memory.write(ADDRESS.plus(TYPE_OF_LOADER), new byte[]{(byte) UNKNOWN_LOADER});
    }

    void commandLine(GuestAddress text) {
        memory.writeInt(ADDRESS.plus(CMD_LINE_PTR), (int) text.value());
    }

    void initrd(GuestAddress start, int sizeBytes) {
        memory.writeInt(ADDRESS.plus(RAMDISK_IMAGE), (int) start.value());
        memory.writeInt(ADDRESS.plus(RAMDISK_SIZE), sizeBytes);
    }

    void acpi(GuestAddress rsdp) {
        memory.writeLong(ADDRESS.plus(ACPI_RSDP), rsdp.value());
    }

    /// Adds `[start, end)` to the memory map; an empty range is left out.
    void memory(long start, long end, Kind kind) {
        if (end <= start) {
            return;
        }
        GuestAddress entry = ADDRESS.plus(E820_TABLE + (long) entries * E820_ENTRY_BYTES);
        memory.writeLong(entry, start);
        memory.writeLong(entry.plus(8), end - start);
        memory.writeInt(entry.plus(16), kind.number);
        entries++;
        memory.write(ADDRESS.plus(E820_ENTRIES), new byte[]{(byte) entries});
    }
}
