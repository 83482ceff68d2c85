package dev.vmexit.softkvm.cpu;

import dev.vmexit.softkvm.ram.Host;
import dev.vmexit.softkvm.ram.Slot;
import java.lang.invoke.VarHandle;

/// Accesses that the TLB does not answer: first use of a page, page crossings, MMIO, writes to
/// dirty-logged pages and to pages that hold code, split atomics, and faults.
public final class SlowMemory {
    private static final Object SPLIT_LOCK = new Object();

    private SlowMemory() {}

    public static long load(Cpu c, long linear, int size) {
        return load(c, linear, size, c.tlb.selected);
    }

    // tag::load[]
    public static long load(Cpu c, long linear, int size, int which) {
        int first = firstPart(linear, size);
        if (first < size) {
            long low = load(c, linear, first, which);
            long next = c.longMode ? linear + first : linear + first & 0xFFFF_FFFFL;
            return low | load(c, next, size - first, which) << first * 8;
        }
        requireCanonical(c, linear);
        c.walk.translate(c, linear, PageWalk.READ, which);
        long physical = c.walk.physical;
        c.tlb.misses++;
        Slot slot = c.memory.find(physical);
        if (slot == null) {
            return readMmio(c, physical, size);
        }
        long host = slot.hostOf(physical);
        boolean writable = c.walk.writable && mayWriteUnseen(c, slot, physical, host);
        enter(c, which, linear, host, writable);
        return read(host, size);
    }
    // end::load[]

    private static long readMmio(Cpu c, long physical, int size) {
        if (Integer.bitCount(size) == 1) {
            return c.outside.readMmio(physical, size);
        }
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= c.outside.readMmio(physical + i, 1) << 8 * i;
        }
        return value;
    }

    public static void store(Cpu c, long linear, int size, long value) {
        store(c, linear, size, value, c.tlb.selected);
    }

    public static void store(Cpu c, long linear, int size, long value, int which) {
        int first = firstPart(linear, size);
        if (first < size) {
            if (c.translated) {
                // The second part may be code; the first must not have been written by then.
                throw InterpretThis.NOW;
            }
            long next = c.longMode ? linear + first : linear + first & 0xFFFF_FFFFL;
            // Both pages must be writable before either is written. If neither is, CPUs name the
            // first.
            probeWrite(c, linear, which);
            probeWrite(c, next, which);
            store(c, linear, first, value, which);
            store(c, next, size - first, value >>> first * 8, which);
            return;
        }
        Slot slot = slotForWrite(c, linear, which);
        long physical = c.walk.physical;
        if (slot == null || slot.readOnly()) {
            writeMmio(c, physical, size, value);
            return;
        }
        long host = slot.hostOf(physical);
        slot.markDirty(physical);
        boolean code = beforeWrite(c, host, size);
        write(host, size, value);
        afterWrite(c, host, size, code);
        enter(c, which, linear, host, mayWriteUnseen(c, slot, physical, host));
    }

    /// What may be written may be read: x86 has no pages for writing only.
    private static void enter(Cpu c, int which, long linear, long host, boolean writable) {
        c.tlb.fill(which, linear, host, writable);
        c.tlb.note(which, linear, c.walk);
    }

    private static Slot slotForWrite(Cpu c, long linear, int which) {
        requireCanonical(c, linear);
        c.walk.translate(c, linear, PageWalk.WRITE, which);
        c.tlb.misses++;
        return c.memory.find(c.walk.physical);
    }

    private static void writeMmio(Cpu c, long physical, int size, long value) {
        if (Integer.bitCount(size) == 1) {
            c.outside.writeMmio(physical, size, value);
            return;
        }
        for (int i = 0; i < size; i++) {
            c.outside.writeMmio(physical + i, 1, value >>> 8 * i & 0xFF);
        }
    }

    /// Faults if the page may not be written; an instruction that writes more than one place asks
    /// first, so that it can be restarted.
    public static void probeWrite(Cpu c, long linear, int which) {
        requireCanonical(c, linear);
        c.walk.translate(c, linear, PageWalk.WRITE, which);
    }

    public static void probeWrite(Cpu c, long linear) {
        probeWrite(c, linear, 1, c.tlb.current.write);
    }

    /// @param write of the table in force
    public static void probeWrite(Cpu c, long linear, int size, long[] write) {
        long last = linear + size - 1;
        if (write[Tlb.index(linear, write)] != (last & Tlb.PAGE_MASK)) {
            probeWrite(c, linear, c.tlb.selected);
            if (((linear ^ last) & Tlb.PAGE_MASK) != 0) {
                long next = last & Tlb.PAGE_MASK;
                probeWrite(c, c.longMode ? next : next & 0xFFFF_FFFFL, c.tlb.selected);
            }
        }
    }

    // tag::unseen[]
    private static boolean mayWriteUnseen(Cpu c, Slot slot, long physical, long host) {
        return !slot.readOnly() && slot.isDirty(physical) && !c.memory.code.holdsCode(host);
    }
    // end::unseen[]

    // tag::before-write[]
    /// {@return whether these bytes share 64 with code}
    private static boolean beforeWrite(Cpu c, long host, int size) {
        if (c.memory.code.written(host, !c.translated)) {
            if (c.translated) {
                throw InterpretThis.NOW;
            }
            c.blockBroken = true;
        }
        if (!c.memory.code.holdsCode(host, size)) {
            return false;
        }
        if (c.translated) {
            throw InterpretThis.NOW;
        }
        c.memory.code.beforeWrite(host, size);
        c.blockBroken = true;
        return true;
    }
    // end::before-write[]

    /// Whoever decoded these bytes after we asked has marked them by now, or will read what we have
    /// written.
    private static void afterWrite(Cpu c, long host, int size, boolean wasCode) {
        VarHandle.fullFence();
        if (wasCode || c.memory.code.holdsCode(host, size)) {
            c.memory.code.afterWrite(host, size);
        }
    }

    public static boolean compareAndSet(Cpu c, long linear, int size, long expected, long value) {
        if ((linear & 7) + size > 8) {
            return splitCompareAndSet(c, linear, size, expected, value);
        }
        Slot slot = slotForWrite(c, linear, c.tlb.selected);
        long physical = c.walk.physical;
        if (slot == null || slot.readOnly()) {
            writeMmio(c, physical, size, value);
            return true;
        }
        long host = slot.hostOf(physical);
        slot.markDirty(physical);
        boolean code = beforeWrite(c, host, size);
        boolean done = Host.compareAndSet(host, size, expected, value);
        afterWrite(c, host, size, code);
        return done;
    }

    /// A locked access across two cells: rare enough that all of them wait for one another. Against
    /// a plain store of another CPU it is not atomic, which real ones only are by a bus lock.
    private static boolean splitCompareAndSet(Cpu c, long linear, int size, long expected,
            long value) {
        synchronized (SPLIT_LOCK) {
            if (Memory.load(c, linear, size) != expected) {
                return false;
            }
            Memory.store(c, linear, size, value);
            return true;
        }
    }

    private static int firstPart(long linear, int size) {
        return (int) Math.min(size, 4096 - (linear & 0xFFF));
    }

    private static void requireCanonical(Cpu c, long linear) {
        if (c.longMode && linear << 16 >> 16 != linear) {
            throw NonCanonical.access();
        }
    }

    private static long read(long host, int size) {
        if (Integer.bitCount(size) == 1) {
            return Host.get(host, size);
        }
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= Host.get(host + i, 1) << 8 * i;
        }
        return value;
    }

    private static void write(long host, int size, long value) {
        if (Integer.bitCount(size) == 1) {
            Host.set(host, size, value);
            return;
        }
        for (int i = 0; i < size; i++) {
            Host.set(host + i, 1, value >>> 8 * i);
        }
    }

    /// Descriptor tables and TSS: accesses of the CPU itself, with the rights of the kernel.
    public static long loadSystem(Cpu c, long linear, int size) {
        Tlb.Table t = c.tlb.table(Tlb.KERNEL);
        int e = Tlb.index(linear, t.read);
        if (t.read[e] == (linear + size - 1 & Tlb.PAGE_MASK)) {
            return Host.get(linear + t.addend[e], size);
        }
        return load(c, linear, size, Tlb.KERNEL);
    }

    public static void storeSystem(Cpu c, long linear, int size, long value) {
        store(c, linear, size, value, Tlb.KERNEL);
    }
}
