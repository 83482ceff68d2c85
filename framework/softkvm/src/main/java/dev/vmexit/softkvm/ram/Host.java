package dev.vmexit.softkvm.ram;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The process's own memory, by address. Guest memory is host memory (`userspace_addr` is an
/// address), so this is what a guest access ends in.
///
/// There is no check here: whoever computes an address has found it in a memory slot. Compiled, an
/// access is one machine instruction.
public final class Host {
    // tag::all[]
    @SuppressWarnings("restricted")
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    // end::all[]

    public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    public static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle ATOMIC_INT =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle ATOMIC_LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /// Every address is below this. The mask with it changes none, but tells the compiler that one
    /// is not negative: without it every access is compared with the segment's end.
    private static final long ADDRESS = (1L << 62) - 1;

    private Host() {}

    public static long long8(long address) {
        return ALL.get(LONG, address & ADDRESS);
    }

    public static int int4(long address) {
        return ALL.get(INT, address & ADDRESS);
    }

    public static short short2(long address) {
        return ALL.get(SHORT, address & ADDRESS);
    }

    public static byte byte1(long address) {
        return ALL.get(BYTE, address & ADDRESS);
    }

    public static void long8(long address, long value) {
        ALL.set(LONG, address & ADDRESS, value);
    }

    public static void int4(long address, int value) {
        ALL.set(INT, address & ADDRESS, value);
    }

    public static void short2(long address, short value) {
        ALL.set(SHORT, address & ADDRESS, value);
    }

    public static void byte1(long address, byte value) {
        ALL.set(BYTE, address & ADDRESS, value);
    }

    public static long get(long address, int size) {
        return switch (size) {
            case 1 -> byte1(address) & 0xFFL;
            case 2 -> short2(address) & 0xFFFFL;
            case 4 -> int4(address) & 0xFFFF_FFFFL;
            default -> long8(address);
        };
    }

    public static void set(long address, int size, long value) {
        switch (size) {
            case 1 -> byte1(address, (byte) value);
            case 2 -> short2(address, (short) value);
            case 4 -> int4(address, (int) value);
            default -> long8(address, value);
        }
    }

    /// Replaces `expected` by `value` in one step. The `size` bytes lie within one aligned eight:
    /// narrower cells than the machine's atomics are exchanged as part of the word around them.
    public static boolean compareAndSet(long address, int size, long expected, long value) {
        if (size == 8) {
            return ATOMIC_LONG.compareAndSet(ALL, address, expected, value);
        }
        if (size == 4 && (address & 3) == 0) {
            return ATOMIC_INT.compareAndSet(ALL, address, (int) expected, (int) value);
        }
        long word = address & -8;
        int shift = (int) (address - word) * 8;
        long mask = ((1L << size * 8) - 1) << shift;
        while (true) {
            long old = (long) ATOMIC_LONG.getVolatile(ALL, word);
            if (((old ^ expected << shift) & mask) != 0) {
                return false;
            }
            if (ATOMIC_LONG.compareAndSet(ALL, word, old, old & ~mask | value << shift & mask)) {
                return true;
            }
        }
    }
}
