package dev.vmexit.softkvm.cpu;

import dev.vmexit.softkvm.ram.Host;

/// Loads and stores at linear addresses: the fast path. The slow one is [SlowMemory].
///
/// The interpreter and the translated code both call these; each is small enough to be inlined, and
/// then is an index, a compare, an add and the access.
public final class Memory {
    private Memory() {}

    // tag::load[]
    public static long load8(Cpu c, long linear) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        if (t[e + Tlb.READ] == (linear + 7 & Tlb.PAGE_MASK)) {
            return Host.ALL.get(Host.LONG, linear + t[e + Tlb.ADDEND]);
        }
        return SlowMemory.load(c, linear, 8);
    }
    // end::load[]

    /// {@return zero-extended}
    public static long load4(Cpu c, long linear) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        if (t[e + Tlb.READ] == (linear + 3 & Tlb.PAGE_MASK)) {
            return Host.ALL.get(Host.INT, linear + t[e + Tlb.ADDEND]) & 0xFFFF_FFFFL;
        }
        return SlowMemory.load(c, linear, 4);
    }

    public static long load2(Cpu c, long linear) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        if (t[e + Tlb.READ] == (linear + 1 & Tlb.PAGE_MASK)) {
            return Host.ALL.get(Host.SHORT, linear + t[e + Tlb.ADDEND]) & 0xFFFFL;
        }
        return SlowMemory.load(c, linear, 2);
    }

    public static long load1(Cpu c, long linear) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        if (t[e + Tlb.READ] == (linear & Tlb.PAGE_MASK)) {
            return Host.ALL.get(Host.BYTE, linear + t[e + Tlb.ADDEND]) & 0xFFL;
        }
        return SlowMemory.load(c, linear, 1);
    }

    public static void store8(Cpu c, long linear, long value) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        if (t[e + Tlb.WRITE] == (linear + 7 & Tlb.PAGE_MASK)) {
            Host.ALL.set(Host.LONG, linear + t[e + Tlb.ADDEND], value);
        } else {
            SlowMemory.store(c, linear, 8, value);
        }
    }

    public static void store4(Cpu c, long linear, long value) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        if (t[e + Tlb.WRITE] == (linear + 3 & Tlb.PAGE_MASK)) {
            Host.ALL.set(Host.INT, linear + t[e + Tlb.ADDEND], (int) value);
        } else {
            SlowMemory.store(c, linear, 4, value);
        }
    }

    public static void store2(Cpu c, long linear, long value) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        if (t[e + Tlb.WRITE] == (linear + 1 & Tlb.PAGE_MASK)) {
            Host.ALL.set(Host.SHORT, linear + t[e + Tlb.ADDEND], (short) value);
        } else {
            SlowMemory.store(c, linear, 2, value);
        }
    }

    public static void store1(Cpu c, long linear, long value) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        if (t[e + Tlb.WRITE] == (linear & Tlb.PAGE_MASK)) {
            Host.ALL.set(Host.BYTE, linear + t[e + Tlb.ADDEND], (byte) value);
        } else {
            SlowMemory.store(c, linear, 1, value);
        }
    }

    public static long load(Cpu c, long linear, int size) {
        return switch (size) {
            case 1 -> load1(c, linear);
            case 2 -> load2(c, linear);
            case 4 -> load4(c, linear);
            default -> load8(c, linear);
        };
    }

    public static void store(Cpu c, long linear, int size, long value) {
        switch (size) {
            case 1 -> store1(c, linear, value);
            case 2 -> store2(c, linear, value);
            case 4 -> store4(c, linear, value);
            default -> store8(c, linear, value);
        }
    }

    /// Replaces `expected` by `value` if it is still there, in one step as every other CPU sees it.
    public static boolean compareAndSet(Cpu c, long linear, int size, long expected, long value) {
        long[] t = c.tlb.current;
        int e = Tlb.entry(linear);
        boolean oneCell = (linear & 7) + size <= 8;
        if (oneCell && t[e + Tlb.WRITE] == (linear & Tlb.PAGE_MASK)) {
            return Host.compareAndSet(linear + t[e + Tlb.ADDEND], size, expected, value);
        }
        return SlowMemory.compareAndSet(c, linear, size, expected, value);
    }
}
