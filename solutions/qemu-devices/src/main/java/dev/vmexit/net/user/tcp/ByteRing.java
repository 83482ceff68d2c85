package dev.vmexit.net.user.tcp;

import java.nio.ByteBuffer;

/// A stretch of an endless row of bytes. Byte `p` of the row is in cell `p mod size`; the array
/// doubles when a longer stretch is needed, so that an idle connection costs little.
final class ByteRing {
    private static final int FIRST_BYTES = 1 << 12;

    private byte[] cells = new byte[0];

    /// Makes room for the bytes from `from` to `to`, and keeps those there are.
    void reserve(long from, long to) {
        int length = (int) (to - from);
        if (length <= cells.length) {
            return;
        }
        int size = Math.max(FIRST_BYTES, Integer.highestOneBit(length - 1) << 1);
        var larger = new byte[size];
        for (long p = from; p < from + cells.length; p++) {
            larger[(int) p & size - 1] = cells[(int) p & cells.length - 1];
        }
        cells = larger;
    }

    void put(long position, byte[] source, int offset, int length) {
        int first = Math.min(length, cells.length - cell(position));
        System.arraycopy(source, offset, cells, cell(position), first);
        System.arraycopy(source, offset + first, cells, 0, length - first);
    }

    byte[] copy(long position, int length) {
        var copy = new byte[length];
        if (length > 0) {
            int first = Math.min(length, cells.length - cell(position));
            System.arraycopy(cells, cell(position), copy, 0, first);
            System.arraycopy(cells, 0, copy, first, length - first);
        }
        return copy;
    }

    /// {@return the cells of the bytes from `position` on, up to `length` of them: those that are
    /// in one piece}
    ByteBuffer piece(long position, int length) {
        return ByteBuffer.wrap(cells, cell(position),
                Math.min(length, cells.length - cell(position)));
    }

    private int cell(long position) {
        return (int) position & cells.length - 1;
    }
}
