package dev.vmexit.disk.qcow2;

import java.nio.ByteBuffer;

/// One count in a refcount block, of 1 to 64 bits. Below a byte, "bit 0 means the least significant
/// bit".
final class RefcountBlock {
    private RefcountBlock() {}

    /// {@return the count; one that does not fit into a `long` is the largest}
    static long get(ByteBuffer block, int index, int order) {
        return switch (order) {
            case 3 -> Byte.toUnsignedLong(block.get(index));
            case 4 -> Short.toUnsignedLong(block.getShort(index * 2));
            case 5 -> Integer.toUnsignedLong(block.getInt(index * 4));
            case 6 -> {
                long count = block.getLong(index * 8);
                yield count < 0 ? Long.MAX_VALUE : count;
            }
            default -> block.get(index >> 3 - order) >>> shift(index, order) & largest(order);
        };
    }

    static void set(ByteBuffer block, int index, int order, long count) {
        switch (order) {
            case 3 -> block.put(index, (byte) count);
            case 4 -> block.putShort(index * 2, (short) count);
            case 5 -> block.putInt(index * 4, (int) count);
            case 6 -> block.putLong(index * 8, count);
            default -> {
                int at = index >> 3 - order;
                int others = block.get(at) & ~((int) largest(order) << shift(index, order));
                block.put(at, (byte) (others | (int) count << shift(index, order)));
            }
        }
    }

    static long largest(int order) {
        return order == 6 ? Long.MAX_VALUE : (1L << (1 << order)) - 1;
    }

    private static int shift(int index, int order) {
        return (index & (1 << 3 - order) - 1) << order;
    }
}
