package dev.vmexit.softkvm.differential;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Fills a record: the state that an instance finds, before its own operands are put into it.
final class StateGenerator {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    /// CF, PF, AF, ZF, SF, OF, ID.
    private static final int FLAGS = 0x20_08D5;
    private static final int ALWAYS = 0x202;
    private static final int EXCEPTIONS = 0x3F;
    private static final int SUMMARY_AND_BUSY = 0x8080;

    private final MemorySegment ram;
    private final Values values;
    private final long record;

    StateGenerator(MemorySegment ram, Values values, long record) {
        this.ram = ram;
        this.values = values;
        this.record = record;
    }

    void fill() {
        for (int n = 0; n < 16; n++) {
            ram.set(LONG, record + 8L * n, values.integer());
        }
        int flags = (int) values.any() & FLAGS | ALWAYS;
        if (values.oneIn(8)) {
            flags |= 0x400;
        }
        ram.set(LONG, record + Layout.FLAGS, flags);
        for (int at = Layout.TARGET_IN; at < Layout.FX; at += 8) {
            ram.set(LONG, record + at, 0);
        }
        x87();
        mxcsr();
        vectors();
        int kind = values.below(6);
        for (int n = 0; n < Layout.WINDOW_BYTES; n += 8) {
            ram.set(LONG, record + Layout.MEMORY_COPY + n, values.word(kind));
        }
    }

    private void x87() {
        int control = 0x40 | (values.oneIn(3)
                ? (int) values.any() & 0xF3F
                : 0x3F | (int) values.any() & 0xC00 | (values.oneIn(3) ? 0x200 : 0x300));
        int status =
                (int) values.any() & 0x7F00 | (values.oneIn(4) ? (int) values.any() & 0x7F : 0);
        if ((status & ~control & EXCEPTIONS) != 0) {
            if (values.oneIn(6)) {
                status |= SUMMARY_AND_BUSY;
            } else {
                status &= ~EXCEPTIONS;
            }
        }
        int full = values.oneIn(3) ? (int) values.any() & 0xFF : 0xFF;
        ram.set(LONG, record + Layout.FX, control | (long) status << 16 | (long) full << 32);
        ram.set(LONG, record + Layout.FX + 8, 0);
        ram.set(LONG, record + Layout.FX + 16, 0);
        for (int n = 0; n < 8; n++) {
            long at = record + Layout.FX + 32 + 16 * n;
            int exponent = values.extendedExponent();
            ram.set(LONG, at, values.significand(exponent));
            ram.set(LONG, at + 8, exponent);
        }
    }

    private void mxcsr() {
        int masks = values.oneIn(4) ? (int) values.any() & 0x1F80 : 0x1F80;
        int rest = values.oneIn(2)
                ? (int) values.any() & 0x603F
                : values.oneIn(2) ? (int) values.any() & 0xE07F : 0;
        ram.set(LONG, record + Layout.FX + 24, masks | rest);
    }

    private void vectors() {
        int kind = values.below(5);
        for (int n = 0; n < 32; n++) {
            ram.set(LONG, record + Layout.FX + 160 + 8 * n, values.word(kind));
        }
        for (int at = Layout.FX + 416; at < Layout.MEMORY_COPY; at += 8) {
            ram.set(LONG, record + at, 0);
        }
    }
}
