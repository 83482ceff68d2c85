package dev.vmexit.softkvm.hostile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/// Random machines: modes that exist, filled with things that make little sense.
final class WildState {
    private static final int CODE = 0x10_0000;
    private static final int TABLES = 0x1000;
    private static final int CR0 = 224;
    private static final int CR3 = 240;
    private static final int CR4 = 248;
    private static final int EFER = 264;
    private static final int GDT = 192;
    private static final int IDT = 208;
    /// Beginnings of instructions that reach deep: system, strings, far transfers, SSE, x87.
    private static final int[][] STARTS = {{0x0F, 0x01}, {0x0F, 0x00}, {0x0F, 0x22}, {0x0F, 0x20},
            {0x0F, 0x30}, {0x0F, 0x32}, {0xF3, 0xA4}, {0xF3, 0xAB}, {0xF2, 0xAE}, {0xF3, 0x6C},
            {0xF3, 0x6E}, {0x9A}, {0xEA}, {0xFF}, {0xCF}, {0xCB}, {0xCD}, {0xCC}, {0xF4},
            {0x0F, 0xC7},
            {0x66, 0x0F}, {0xF3, 0x0F}, {0xF2, 0x0F}, {0xF0, 0x0F, 0xB1}, {0xD9}, {0xDB}, {0xDD},
            {0x0F, 0xAE}, {0x0F, 0x05}, {0x0F, 0x34}, {0xEB, 0xFE}, {0xE2, 0xF0}, {0xC8}, {0x8E},
            {0x0F, 0x38}, {0x0F, 0x3A}, {0xFB}, {0x9D}, {0x0F, 0x09}, {0x0F, 0xA2}};

    private final Random random;

    WildState(Random random) {
        this.random = random;
    }

    /// {@return whether the vCPU took the state}
    boolean into(Guest guest) {
        fillMemory(guest.ram);
        MemorySegment s = guest.sregs();
        switch (random.nextInt(4)) {
            case 0 -> {
            }
            case 1 -> protectedMode(s);
            default -> longMode(guest.ram, s);
        }
        if (random.nextInt(4) == 0) {
            s.set(ValueLayout.JAVA_LONG, IDT, anyAddress());
            s.set(ValueLayout.JAVA_LONG, GDT, anyAddress());
        }
        if (random.nextInt(8) == 0) {
            s.set(ValueLayout.JAVA_BYTE, random.nextInt(192), (byte) random.nextInt());
        }
        boolean taken = guest.setSregs();
        registers(guest);
        return taken;
    }

    private long anyAddress() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(Guest.RAM);
            case 1 -> Guest.RAM - random.nextInt(64);
            case 2 -> 0xFEE0_0000L + random.nextInt(4096);
            default -> random.nextLong();
        };
    }

    private void fillMemory(MemorySegment ram) {
        for (int n = 0; n < Guest.RAM; n += 8 + random.nextInt(64) * 8) {
            ram.set(ValueLayout.JAVA_LONG, n & -8, random.nextLong());
        }
        int at = CODE - 4096;
        while (at < CODE + 3 * 4096) {
            if (random.nextInt(3) > 0) {
                for (int b : STARTS[random.nextInt(STARTS.length)]) {
                    ram.set(ValueLayout.JAVA_BYTE, at++, (byte) b);
                }
            }
            int length = random.nextInt(5);
            for (int n = 0; n < length; n++) {
                ram.set(ValueLayout.JAVA_BYTE, at++, (byte) random.nextInt());
            }
            if (random.nextInt(20) == 0) {
                // A short jump back: loops get hot, and are translated.
                ram.set(ValueLayout.JAVA_BYTE, at++, (byte) 0xEB);
                ram.set(ValueLayout.JAVA_BYTE, at++, (byte) (-2 - random.nextInt(60)));
            }
        }
    }

    private void segment(MemorySegment s, int at, int type, boolean l) {
        s.set(ValueLayout.JAVA_LONG, at, 0);
        s.set(ValueLayout.JAVA_INT, at + 8, -1);
        byte[] rest = {(byte) type, 1, (byte) 0, (byte) (l ? 0 : 1), 1, (byte) (l ? 1 : 0), 1};
        for (int n = 0; n < rest.length; n++) {
            s.set(ValueLayout.JAVA_BYTE, at + 14 + n, rest[n]);
        }
    }

    private void protectedMode(MemorySegment s) {
        for (int n = 0; n < 6; n++) {
            segment(s, 24 * n, n == 0 ? 11 : 3, false);
        }
        s.set(ValueLayout.JAVA_LONG, CR0, 0x11);
    }

    private void longMode(MemorySegment ram, MemorySegment s) {
        for (int n = 0; n < 6; n++) {
            segment(s, 24 * n, n == 0 ? 11 : 3, n == 0);
        }
        ram.set(ValueLayout.JAVA_LONG, TABLES, TABLES + 0x1007L);
        ram.set(ValueLayout.JAVA_LONG, TABLES + 0x1000, TABLES + 0x2007L);
        for (int n = 0; n < 512; n++) {
            long entry = random.nextInt(16) == 0 ? random.nextLong() : (long) n << 21 | 0x87;
            ram.set(ValueLayout.JAVA_LONG, TABLES + 0x2000 + 8 * n, n < 2
                    ? (long) n << 21 | 0x87
                    : entry);
        }
        s.set(ValueLayout.JAVA_LONG, CR0, 0x8000_0031L | (random.nextBoolean() ? 1 << 16 : 0));
        s.set(ValueLayout.JAVA_LONG, CR3, TABLES);
        s.set(ValueLayout.JAVA_LONG, CR4, 0x620 | (random.nextBoolean() ? 0x4_0000 : 0));
        s.set(ValueLayout.JAVA_LONG, EFER, 0xD01);
    }

    private void registers(Guest guest) {
        long[] regs = guest.regs();
        for (int n = 0; n < 16; n++) {
            regs[n] = random.nextBoolean() ? random.nextInt(Guest.RAM) : random.nextLong();
        }
        regs[16] = random.nextInt(4) == 0 ? random.nextInt(0x1_0000) : CODE;
        regs[17] = 2 | random.nextInt(0x1000) & 0xCD5 | (random.nextInt(8) == 0 ? 0x100 : 0)
                | (random.nextBoolean() ? 0x200 : 0);
        guest.setRegs(regs);
    }
}
