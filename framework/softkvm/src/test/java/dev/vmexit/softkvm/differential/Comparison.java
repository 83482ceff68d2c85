package dev.vmexit.softkvm.differential;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// What two machines made of one instance.
///
/// Not compared: FOP, FIP and FDP (AMD's CPUs store them only while an exception is pending), the
/// MXCSR mask (what a CPU has, not what it does), and what [Undefined] and [Approximate] name.
final class Comparison {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final int LAST_POINTERS = Layout.FX + 6;
    private static final int MXCSR_MASK = Layout.FX + 28;
    private static final int RBP = 5;
    private static final int PAGE_FAULT = 14;
    private static final int MATH_FAULT = 16;
    private static final int VECTOR = Layout.INFO_OUT + 8;
    private static final int ERROR = Layout.INFO_OUT + 8 * 2;
    private static final int CR2 = Layout.INFO_OUT + 8 * 3;
    private static final int RIP = Layout.INFO_OUT + 8 * 4;
    private static final int RCX = 8;
    private static final int WRITE = 2;
    private static final int FIRST_REGISTER = Layout.FX + 32;
    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private static final String[] PARTS = {"MASKMOVQ", "MASKMOVDQU", "RETF", "IRET"};
    private static final String[] SEVERAL = {"CMPSB", "CMPSV", "XSAVE", "XSAVEOPT"};

    private final Instance i;
    private final Traits traits;
    private final MemorySegment host;
    private final MemorySegment soft;
    private final List<String> differences = new ArrayList<>();

    private Comparison(Instance i, Traits traits, MemorySegment host, MemorySegment soft) {
        this.i = i;
        this.traits = traits;
        this.host = host.asSlice(i.record(), Layout.RECORD_BYTES);
        this.soft = soft.asSlice(i.record(), Layout.RECORD_BYTES);
    }

    /// {@return a line for each difference}
    static List<String> of(Instance i, Traits traits, MemorySegment host,
            MemorySegment soft) {
        var comparison = new Comparison(i, traits, host, soft);
        comparison.forget(comparison.host);
        comparison.forget(comparison.soft);
        if (comparison.host.mismatch(comparison.soft) >= 0 && !comparison.emulated()) {
            comparison.compare();
        }
        return comparison.differences;
    }

    private void forget(MemorySegment record) {
        record.set(ValueLayout.JAVA_SHORT, LAST_POINTERS, (short) 0);
        record.set(LONG, LAST_POINTERS + 2, 0);
        record.set(LONG, LAST_POINTERS + 10, 0);
        record.set(ValueLayout.JAVA_INT, MXCSR_MASK, 0);
    }

    private void compare() {
        boolean pageFault = get(host, VECTOR) == PAGE_FAULT;
        boolean partly = pageFault && Approximate.partlyDone(i);
        boolean result = !Undefined.result(i) && !partly;
        for (int n = 0; n < 16; n++) {
            boolean half = i.codeSize != 8 && n < 8
                    || !Approximate.keepsUpperHalves(i, n, get(host, VECTOR) != 0);
            word(result ? "register " + n : null, 8 * n,
                    half ? n == RBP ? Approximate.framePointer(i) : LOW_HALF : -1);
        }
        long flags = ~(Undefined.flags(i) | Approximate.flags(i, get(host, Layout.FX) >>> 16)
                | (pageFault ? Approximate.flagsOfFault(i, get(soft, RCX)) : 0));
        word("RFLAGS", Layout.FLAGS, flags);
        String[] info = {"way back", "vector", "error code", "CR2", "RIP of fault",
                "RFLAGS of fault"};
        long vector = get(host, VECTOR);
        for (int n = 0; n < info.length; n++) {
            long mask = n == 5 ? flags : n == 3 ? addressMask(vector) : -1;
            word(info[n], Layout.INFO_OUT + 8 * n, mask);
        }
        word("selectors", Layout.SELECTORS, i.reload() ? -1 : 0);
        word("selectors", Layout.SELECTORS + 8, i.reload() ? 0xFFFF : 0);
        floatingPoint();
        // An emulator may write the first of two pages before it finds that the second is not
        // there.
        boolean halfWritten = i.codeSize != 8 && !traits.compatibility() && pageFault;
        for (int n = 0; result && !halfWritten && n < Layout.WINDOW_BYTES; n += 8) {
            String name = "memory 0x%x".formatted(Layout.WINDOW + n);
            long torn = pageFault ? Approximate.memoryMaskOfFault(i, n) : -1;
            word(name, Layout.MEMORY_COPY + n, torn & Approximate.memoryMask(i, n));
        }
    }

    private boolean emulated() {
        boolean overlooked = get(soft, VECTOR) == MATH_FAULT && Approximate.overlooksPending(i);
        boolean faults = get(soft, VECTOR) == PAGE_FAULT;
        // The second page of what it reads.
        boolean next = (get(soft, ERROR) & WRITE) == 0 && (get(soft, CR2) & 0xFFF) == 0;
        boolean onlySoftFaults = faults && next && Approximate.readsMore(i) && !sameFault()
                || faults && get(host, VECTOR) == 0 && Approximate.storesNothing(i,
                        get(host, Layout.FX), get(host, Layout.FX) >>> 16);
        return overlooked || onlySoftFaults
                || traits.mayBeEmulated(get(host, VECTOR), get(soft, VECTOR));
    }

    private boolean sameFault() {
        return get(host, VECTOR) == get(soft, VECTOR) && get(host, RIP) == get(soft, RIP);
    }

    /// Which part of an operand of several parts is named as the one that faulted, the manual
    /// leaves open; the page is not.
    private long addressMask(long vector) {
        boolean parts = i.named(PARTS) || i.form.operands().contains("M");
        boolean several = i.named(SEVERAL);
        return vector != PAGE_FAULT || several ? 0 : parts ? -4096 : -1;
    }

    private void floatingPoint() {
        if (!Approximate.leavesMmxOpen(i, get(host, VECTOR) != 0)) {
            x87();
        }
        word("MXCSR", Layout.FX + 24, LOW_HALF);
        for (int n = 0; n < 32; n++) {
            int at = Layout.FX + 160 + 8 * n;
            boolean nans = get(host, VECTOR) == 0
                    && Approximate.sumsOfNaNs(i, get(host, at), get(soft, at));
            if (!nans && !Approximate.near(i, get(host, at), get(soft, at))) {
                word("XMM%d.%d".formatted(n / 2, n & 1), at, -1);
            }
        }
    }

    private void x87() {
        long words = get(host, Layout.FX);
        boolean least = least(host) || least(soft);
        int open = Approximate.status(i, words >>> 16, least);
        word("FCW, FSW", Layout.FX, LOW_HALF & ~((long) open << 16));
        word("tags", Layout.FX + 4, 0xFFFF);
        // The result is in the first register, or, under what was pushed, in the second.
        boolean once = least && Approximate.underflowsOnce(i, words, words >>> 16,
                get(soft, Layout.FX) >>> 16);
        for (int n = once ? 2 : 0; n < 8; n++) {
            extended(n);
        }
    }

    /// Whether a result may be next to the smallest normal number.
    private boolean least(MemorySegment record) {
        return Approximate.isLeast(get(record, FIRST_REGISTER + 8))
                || Approximate.isLeast(get(record, FIRST_REGISTER + 16 + 8));
    }

    private void extended(int n) {
        int at = FIRST_REGISTER + 16 * n;
        long first = get(host, at);
        long second = get(soft, at);
        if (Approximate.nearExtended(i, get(host, at + 8), first, get(soft, at + 8), second)) {
            return;
        }
        word("ST%d significand".formatted(n), at, -1);
        word("ST%d sign, exponent".formatted(n), at + 8, 0xFFFF);
    }

    private static long get(MemorySegment record, int at) {
        return record.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }

    private void word(String name, int at, long mask) {
        long a = get(host, at) & mask;
        long b = get(soft, at) & mask;
        if (name != null && a != b) {
            differences.add("%s: host %x, Soft KVM %x".formatted(name, a, b));
        }
    }
}
