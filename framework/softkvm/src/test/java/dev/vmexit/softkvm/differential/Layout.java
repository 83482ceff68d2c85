package dev.vmexit.softkvm.differential;

/// Where things are in the guest; linear = physical.
///
/// ```
///  01000  page tables      08000  GDT, IDT, TSS, ring 0's stack     0D000  exception handlers
///  10000  the loop         12000  what it remembers                 14000  its stack's top
///  20000  data: only the last KiB of this page is filled and looked at
///  21000  not present      22000  read-only      23000  ring 0's
///  24000  code that may be written
///  30000  the instructions, 32 bytes each (a 64-KiB code segment for 16-bit code)
///  400000 the records, 2 KiB each
/// ```
final class Layout {
    static final int RAM_BYTES = 8 << 20;
    static final int TABLES = 0x1000;
    static final int GDT = 0x8000;
    static final int IDT = 0x9000;
    static final int TSS = 0xA000;
    static final int KERNEL_STACK = 0xC000;
    static final int HANDLERS = 0xD000;
    static final int LOOP = 0x1_0000;
    static final int MEMORY = 0x1_2000;
    static final int STACK = 0x1_4000;
    static final int DATA = 0x2_0000;
    static final int DATA_END = DATA + 0x1000;
    static final int WINDOW_BYTES = 1024;
    static final int WINDOW = DATA_END - WINDOW_BYTES;
    static final int READ_ONLY = 0x2_2000;
    static final int RING0_ONLY = 0x2_3000;
    static final int MODIFIED = 0x2_4000;
    static final int CODE = 0x3_0000;
    static final int SLOT_BYTES = 32;
    static final int RECORDS = 0x40_0000;
    static final int RECORD_BYTES = 2048;
    static final int SLOTS = 0x1_0000 / SLOT_BYTES;

    // In MEMORY.
    static final int CURRENT = MEMORY;
    static final int END = MEMORY + 8;
    static final int TARGET = MEMORY + 16;
    static final int R15 = MEMORY + 24;
    static final int DONE = MEMORY + 32;
    /// Six words: landing, vector, error code, CR2, RIP, RFLAGS.
    static final int INFO = MEMORY + 64;
    static final int INFO_BYTES = 48;
    static final int VECTOR = INFO + 8;
    static final int ERROR = INFO + 16;
    static final int CR2 = INFO + 24;
    static final int FAULT_RIP = INFO + 32;
    static final int FAULT_FLAGS = INFO + 40;

    // In a record: in the order of ModRM's numbers, first 16 registers.
    static final int FLAGS = 128;
    static final int TARGET_IN = 136;
    /// DS, ES, FS, GS, SS, two bytes each.
    static final int SELECTORS = 144;
    /// Nonzero: get there by a far jump.
    static final int FAR = 208;
    /// Nonzero: load and store the selectors.
    static final int RELOAD = 212;
    static final int INFO_OUT = 160;
    static final int FX = 256;
    static final int MEMORY_COPY = 768;

    // Selectors of the GDT; those of ring 3 are Linux's, so that a KVM which runs ring 3 with the
    // host's own GDT does not notice.
    static final int KERNEL_CODE = 0x08;
    static final int KERNEL_DATA = 0x10;
    static final int USER_CODE32 = 0x23;
    static final int USER_DATA = 0x2B;
    static final int USER_CODE64 = 0x33;
    static final int TASK = 0x40;
    static final int LOCAL = 0x50;
    static final int ABSENT = 0x63;
    static final int READ_ONLY_DATA = 0x6B;
    static final int EXECUTE_ONLY = 0x73;
    static final int CONFORMING = 0x7B;
    static final int RING0_DATA = 0x80;
    static final int GDT_BYTES = 0x88;
    // Of the LDT.
    static final int LDT = GDT + 0x100;
    static final int USER_CODE16 = 0x07;
    static final int USER_DATA16 = 0x0F;
    static final int USER_FS = 0x17;
    static final int USER_GS = 0x1F;
    static final int LDT_BYTES = 0x20;
    static final int FS_BASE = DATA + 0x400;
    static final int GS_BASE = DATA + 0xC00;

    static final int LANDED_NEXT = 1;
    static final int LANDED_TAKEN = 2;
    static final int LANDED_FAULT = 3;

    private Layout() {}
}
