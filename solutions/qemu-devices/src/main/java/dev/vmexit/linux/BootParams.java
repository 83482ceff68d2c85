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

    /// Copies the setup header to the offset it has in the file, and says who loads: nobody that
    /// the kernel knows.
    // tag::dev-08-params[]
    void setupHeader(byte[] header) {
        // tag::solution[]
        memory.write(ADDRESS.plus(BzImage.HEADER), header);
        memory.write(ADDRESS.plus(TYPE_OF_LOADER), new byte[]{(byte) UNKNOWN_LOADER});
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-08", "the header, and then type_of_loader");
        // end::stub[]
    }
    // end::dev-08-params[]

    void commandLine(GuestAddress text) {
        memory.writeInt(ADDRESS.plus(CMD_LINE_PTR), (int) text.value());
    }

    // tag::dev-08-initrd[]
    void initrd(GuestAddress start, int sizeBytes) {
        // tag::solution[]
        memory.writeInt(ADDRESS.plus(RAMDISK_IMAGE), (int) start.value());
        memory.writeInt(ADDRESS.plus(RAMDISK_SIZE), sizeBytes);
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-08", "tell the kernel where the initrd is, and how long");
        // end::stub[]
    }
    // end::dev-08-initrd[]

    void acpi(GuestAddress rsdp) {
        memory.writeLong(ADDRESS.plus(ACPI_RSDP), rsdp.value());
    }

    // tag::doc-e820[]
    /// Adds `[start, end)` to the memory map; an empty range is left out.
    ///
    /// ```
    ///  an entry of e820_table    0  u64 first address    8  u64 bytes    16  u32 kind
    /// ```
    ///
    /// The number of entries, one byte, stands apart and is always right.
    // tag::dev-08-e820[]
    void memory(long start, long end, Kind kind) {
        // tag::solution[]
        if (end <= start) {
            return;
        }
        GuestAddress entry = ADDRESS.plus(E820_TABLE + (long) entries * E820_ENTRY_BYTES);
        memory.writeLong(entry, start);
        memory.writeLong(entry.plus(8), end - start);
        memory.writeInt(entry.plus(16), kind.number);
        entries++;
        memory.write(ADDRESS.plus(E820_ENTRIES), new byte[]{(byte) entries});
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-08", "write one more entry of e820_table, and their number");
        // end::stub[]
    }
    // end::dev-08-e820[]
    // end::doc-e820[]
}
