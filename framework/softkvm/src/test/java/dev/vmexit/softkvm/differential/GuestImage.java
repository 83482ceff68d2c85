package dev.vmexit.softkvm.differential;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Page tables, descriptor tables and the two programs of the guest.
final class GuestImage {
    private static final long PRESENT = 1;
    private static final long WRITABLE = 1 << 1;
    private static final long USER = 1 << 2;
    private static final long LARGE = 1 << 7;
    private static final long NO_EXECUTE = 1L << 63;
    private static final long USER_DATA = PRESENT | WRITABLE | USER | NO_EXECUTE;
    private static final int VECTORS = 32;
    private static final int WITH_ERROR_CODE = 0x0022_7D00;
    private static final int STUB_BYTES = 64;
    /// ModRM bytes that name DS, ES, FS, GS, SS and a place relative to R15.
    private static final String[] SELECTORS = {"9F", "87", "A7", "AF", "97"};
    private static final int LOAD_BYTES = 8 + 16 * 7;
    private static final int JUMP_BYTES = 7;

    private final MemorySegment ram;
    int next;
    int taken;
    int fault;

    GuestImage(MemorySegment ram) {
        this.ram = ram;
        tables();
        descriptors();
        loop();
        handlers();
    }

    /// Tells the loop which instances to execute.
    void order(int first, int count) {
        set(Layout.CURRENT, Layout.RECORDS + (long) first * Layout.RECORD_BYTES);
        set(Layout.END, Layout.RECORDS + (long) (first + count) * Layout.RECORD_BYTES);
        set(Layout.DONE, 0);
        ram.asSlice(Layout.INFO, Layout.INFO_BYTES).fill((byte) 0);
    }

    /// {@return the number of the instance that was being executed}
    int current() {
        long record = ram.get(ValueLayout.JAVA_LONG, Layout.CURRENT);
        return (int) ((record - Layout.RECORDS) / Layout.RECORD_BYTES);
    }

    private void set(long address, long value) {
        ram.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    private void tables() {
        int t = Layout.TABLES;
        set(t, t + 0x1000 | PRESENT | WRITABLE | USER);
        set(t + 0x1000, t + 0x2000 | PRESENT | WRITABLE | USER);
        set(t + 0x2000, t + 0x3000 | PRESENT | WRITABLE | USER);
        set(t + 0x2010, Layout.RECORDS | USER_DATA | LARGE);
        set(t + 0x2018, Layout.RECORDS + 0x20_0000 | USER_DATA | LARGE);
        for (int page = 0x1000; page < Layout.LOOP; page += 0x1000) {
            map(page, PRESENT | WRITABLE);
        }
        map(Layout.LOOP, PRESENT | USER);
        map(Layout.MEMORY, USER_DATA);
        map(Layout.STACK - 0x1000, USER_DATA);
        map(Layout.DATA, USER_DATA);
        map(Layout.READ_ONLY, PRESENT | USER | NO_EXECUTE);
        map(Layout.MODIFIED, PRESENT | WRITABLE | USER);
        map(Layout.RING0_ONLY, PRESENT | WRITABLE | NO_EXECUTE);
        for (int page = Layout.CODE; page < Layout.CODE + 0x1_0000; page += 0x1000) {
            map(page, PRESENT | USER);
        }
    }

    private void map(int page, long bits) {
        set(Layout.TABLES + 0x3000 + (page >> 12) * 8L, page | bits);
    }

    private void descriptors() {
        segment(Layout.KERNEL_CODE, 0, 0xFFFFF, 0xA09B);
        segment(Layout.KERNEL_DATA, 0, 0xFFFFF, 0xC093);
        segment(Layout.USER_CODE32, 0, 0xFFFFF, 0xC0FB);
        segment(Layout.USER_DATA, 0, 0xFFFFF, 0xC0F3);
        segment(Layout.USER_CODE64, 0, 0xFFFFF, 0xA0FB);
        segment(Layout.USER_CODE16, Layout.CODE, 0xFFFF, 0x00FB);
        segment(Layout.USER_DATA16, Layout.DATA, 0xFFFF, 0x00F3);
        segment(Layout.USER_FS, Layout.FS_BASE, 0xFFFFF, 0xC0F3);
        segment(Layout.USER_GS, Layout.GS_BASE, 0xFFFFF, 0xC0F3);
        segment(Layout.TASK, Layout.TSS, 0x67, 0x0089);
        segment(Layout.LOCAL, Layout.LDT, Layout.LDT_BYTES - 1, 0x0082);
        segment(Layout.ABSENT, 0, 0xFFFFF, 0xC073);
        segment(Layout.READ_ONLY_DATA, 0, 0xFFFFF, 0xC0F1);
        segment(Layout.EXECUTE_ONLY, 0, 0xFFFFF, 0xC0F9);
        segment(Layout.CONFORMING, 0, 0x12345, 0x40FF);
        segment(Layout.RING0_DATA, 0, 0xFFFFF, 0xC093);
        set(Layout.TSS + 4, Layout.KERNEL_STACK);
        // The map of I/O ports is beyond the limit: ring 3 may use none.
        set(Layout.TSS + 0x60, 0x68L << 48);
    }

    /// @param rights bits 8 to 23 of the descriptor's second word, without the limit's
    private void segment(int selector, long base, long limit, long rights) {
        long d = limit & 0xFFFF | (base & 0xFF_FFFF) << 16 | rights << 40
                | (limit >> 16 & 15) << 48 | (base >> 24) << 56;
        int table = (selector & 4) == 0 ? Layout.GDT : Layout.LDT;
        set(table + (selector & ~7), d);
    }

    private void loop() {
        var c = new Code(ram, Layout.LOOP);
        int done = Layout.LOOP + 0xF00;
        c.put("BC", Layout.STACK).put("4C 8B 3C 25", Layout.CURRENT)
                .put("4C 3B 3C 25", Layout.END);
        c.put("0F 83", done - c.at() - 6);
        c.put("49 8D B7", Layout.MEMORY_COPY).put("BF", Layout.WINDOW)
                .put("B9", Layout.WINDOW_BYTES / 8).put("F3 48 A5");
        c.put("49 0F AE 8F", Layout.FX);
        c.put("49 8B 87", Layout.TARGET_IN).put("48 89 04 25", Layout.TARGET);
        c.put("B8", Layout.FS_BASE).put("F3 48 0F AE D0");
        c.put("B8", Layout.GS_BASE).put("F3 48 0F AE D8");
        // Where KVM has no hardware, these trap: only when they have to be.
        c.put("41 83 BF", Layout.RELOAD).put("00 74").put("%02X".formatted(7 * SELECTORS.length));
        for (int n = 0; n < SELECTORS.length; n++) {
            c.put("41 8E " + SELECTORS[n], Layout.SELECTORS + 2 * n);
        }
        c.put("41 83 BF", Layout.FAR).put("00 0F 84", LOAD_BYTES + JUMP_BYTES);
        loadRegisters(c);
        c.put("FF 2C 25", Layout.TARGET);
        loadRegisters(c);
        c.put("FF 24 25", Layout.TARGET);
        landings(c);
        new Code(ram, done).put("C6 04 25", Layout.DONE).put("01 CC");
    }

    private static void loadRegisters(Code c) {
        c.put("41 FF B7", Layout.FLAGS).put("9D");
        for (int n = 0; n < 16; n++) {
            c.put(n < 8 ? "49 8B" : "4D 8B").put("%02X".formatted(0x87 | (n & 7) << 3), 8 * n);
        }
    }

    /// Three ways back; none of them touches a register or a flag before it is stored.
    private void landings(Code c) {
        int common = c.at() + 3 * 16;
        next = c.at();
        c.put("C7 04 25", Layout.INFO, Layout.LANDED_NEXT).jump(common);
        taken = c.at();
        c.put("C7 04 25", Layout.INFO, Layout.LANDED_TAKEN).jump(common);
        fault = c.at();
        c.put("C7 04 25", Layout.INFO, Layout.LANDED_FAULT).jump(common);
        c.put("4C 89 3C 25", Layout.R15).put("4C 8B 3C 25", Layout.CURRENT);
        for (int n = 0; n < 15; n++) {
            c.put(n < 8 ? "49 89" : "4D 89").put("%02X".formatted(0x87 | (n & 7) << 3), 8 * n);
        }
        c.put("BC", Layout.STACK).put("9C 41 8F 87", Layout.FLAGS).put("FC");
        c.put("49 0F AE 87", Layout.FX);
        c.put("48 8B 04 25", Layout.R15).put("49 89 87", 120);
        storeSelectors(c);
        c.put("BE", Layout.INFO).put("49 8D BF", Layout.INFO_OUT).put("B9", 6).put("F3 48 A5");
        c.put("31 C0 BF", Layout.INFO).put("B9", 6).put("F3 48 AB");
        c.put("BE", Layout.WINDOW).put("49 8D BF", Layout.MEMORY_COPY)
                .put("B9", Layout.WINDOW_BYTES / 8).put("F3 48 A5");
        c.put("48 81 04 25", Layout.CURRENT, Layout.RECORD_BYTES).jump(Layout.LOOP);
    }

    private static void storeSelectors(Code c) {
        c.put("41 83 BF", Layout.RELOAD).put("00 74")
                .put("%02X".formatted(SELECTORS.length * 7 + 11));
        for (int n = 0; n < SELECTORS.length; n++) {
            c.put("41 8C " + SELECTORS[n], Layout.SELECTORS + 2 * n);
        }
        c.put("B8", Layout.USER_DATA).put("8E D8 8E C0 8E D0");
    }

    /// Notes the exception and returns not to where it was but to the third landing. As short as
    /// can be: where KVM has no hardware to run on, ring 0 is slow.
    private void handlers() {
        int common = Layout.HANDLERS + VECTORS * STUB_BYTES;
        for (int vector = 0; vector < VECTORS; vector++) {
            int stub = Layout.HANDLERS + vector * STUB_BYTES;
            gate(vector, stub, vector == 3 || vector == 4);
            var c = new Code(ram, stub);
            if ((WITH_ERROR_CODE >> vector & 1) == 0) {
                c.put("6A 00");
            }
            c.put("8F 04 25", Layout.ERROR).put("C7 04 25", Layout.VECTOR, vector);
            if (vector == 14) {
                c.put("50 0F 20 D0 48 89 04 25", Layout.CR2).put("58");
            } else if (vector == 3) {
                c.put("80 3C 25", Layout.DONE).put("00 74 01 F4");
            }
            c.jump(common);
        }
        new Code(ram, common).put("8F 04 25", Layout.FAULT_RIP)
                .put("FF 74 24 08 8F 04 25", Layout.FAULT_FLAGS)
                .put("C7 04 24", Layout.USER_CODE64)
                .put("81 64 24 08", ~0x100).put("68", fault).put("48 CF");
    }

    private void gate(int vector, int target, boolean ring3) {
        long rights = ring3 ? 0xEE00L : 0x8E00L;
        set(Layout.IDT + 16L * vector, target & 0xFFFF | (long) Layout.KERNEL_CODE << 16
                | rights << 32 | (long) (target >>> 16) << 48);
        set(Layout.IDT + 16L * vector + 8, 0);
    }
}
