package dev.vmexit.softkvm.cpu;

import dev.vmexit.softkvm.ram.Host;

/// Loads and stores at linear addresses: the fast path. The slow one is [SlowMemory].
///
/// Each is small enough to be inlined, and then is an index, a compare, an add and the access. The
/// translated code holds the arrays of the [Tlb.Table] in force in variables and hands them in; the
/// interpreter leaves that to the second half.
public final class Memory {
    private Memory() {}

    // tag::load[]
    public static long load8(Cpu c, long linear, long[] read, long[] addend) {
        if (read[Tlb.index(linear, read)] == (linear + 7 & Tlb.PAGE_MASK)) {
            return Host.long8(linear + addend[Tlb.index(linear, addend)]);
        }
        return SlowMemory.load(c, linear, 8);
    }
    // end::load[]

    /// {@return zero-extended}
    public static long load4(Cpu c, long linear, long[] read, long[] addend) {
        if (read[Tlb.index(linear, read)] == (linear + 3 & Tlb.PAGE_MASK)) {
            return Host.int4(linear + addend[Tlb.index(linear, addend)]) & 0xFFFF_FFFFL;
        }
        return SlowMemory.load(c, linear, 4);
    }

    public static long load2(Cpu c, long linear, long[] read, long[] addend) {
        if (read[Tlb.index(linear, read)] == (linear + 1 & Tlb.PAGE_MASK)) {
            return Host.short2(linear + addend[Tlb.index(linear, addend)]) & 0xFFFFL;
        }
        return SlowMemory.load(c, linear, 2);
    }

    public static long load1(Cpu c, long linear, long[] read, long[] addend) {
        if (read[Tlb.index(linear, read)] == (linear & Tlb.PAGE_MASK)) {
            return Host.byte1(linear + addend[Tlb.index(linear, addend)]) & 0xFFL;
        }
        return SlowMemory.load(c, linear, 1);
    }

    public static void store8(Cpu c, long linear, long value, long[] write, long[] addend) {
        if (write[Tlb.index(linear, write)] == (linear + 7 & Tlb.PAGE_MASK)) {
            Host.long8(linear + addend[Tlb.index(linear, addend)], value);
        } else {
            SlowMemory.store(c, linear, 8, value);
        }
    }

    public static void store4(Cpu c, long linear, long value, long[] write, long[] addend) {
        if (write[Tlb.index(linear, write)] == (linear + 3 & Tlb.PAGE_MASK)) {
            Host.int4(linear + addend[Tlb.index(linear, addend)], (int) value);
        } else {
            SlowMemory.store(c, linear, 4, value);
        }
    }

    public static void store2(Cpu c, long linear, long value, long[] write, long[] addend) {
        if (write[Tlb.index(linear, write)] == (linear + 1 & Tlb.PAGE_MASK)) {
            Host.short2(linear + addend[Tlb.index(linear, addend)], (short) value);
        } else {
            SlowMemory.store(c, linear, 2, value);
        }
    }

    public static void store1(Cpu c, long linear, long value, long[] write, long[] addend) {
        if (write[Tlb.index(linear, write)] == (linear & Tlb.PAGE_MASK)) {
            Host.byte1(linear + addend[Tlb.index(linear, addend)], (byte) value);
        } else {
            SlowMemory.store(c, linear, 1, value);
        }
    }

    public static long load8(Cpu c, long linear) {
        Tlb.Table t = c.tlb.current;
        return load8(c, linear, t.read, t.addend);
    }

    public static long load4(Cpu c, long linear) {
        Tlb.Table t = c.tlb.current;
        return load4(c, linear, t.read, t.addend);
    }

    public static long load2(Cpu c, long linear) {
        Tlb.Table t = c.tlb.current;
        return load2(c, linear, t.read, t.addend);
    }

    public static long load1(Cpu c, long linear) {
        Tlb.Table t = c.tlb.current;
        return load1(c, linear, t.read, t.addend);
    }

    public static void store8(Cpu c, long linear, long value) {
        Tlb.Table t = c.tlb.current;
        store8(c, linear, value, t.write, t.addend);
    }

    public static void store4(Cpu c, long linear, long value) {
        Tlb.Table t = c.tlb.current;
        store4(c, linear, value, t.write, t.addend);
    }

    public static void store2(Cpu c, long linear, long value) {
        Tlb.Table t = c.tlb.current;
        store2(c, linear, value, t.write, t.addend);
    }

    public static void store1(Cpu c, long linear, long value) {
        Tlb.Table t = c.tlb.current;
        store1(c, linear, value, t.write, t.addend);
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
        Tlb.Table t = c.tlb.current;
        int e = Tlb.index(linear, t.write);
        boolean oneCell = (linear & 7) + size <= 8;
        if (oneCell && t.write[e] == (linear & Tlb.PAGE_MASK)) {
            return Host.compareAndSet(linear + t.addend[e], size, expected, value);
        }
        return SlowMemory.compareAndSet(c, linear, size, expected, value);
    }
}
