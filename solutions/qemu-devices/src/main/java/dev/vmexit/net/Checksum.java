package dev.vmexit.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The Internet checksum: the ones' complement of the ones' complement sum of 16-bit words. Over
/// bytes that already contain it the result is 0.
///
/// Such a sum may be made of words of any width, and of larger ones in fewer steps.
///
/// @spec https://www.rfc-editor.org/rfc/rfc1071 RFC 1071, sections 1 "Introduction" and 2 "Calculating the Checksum"
public final class Checksum {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class,
            ByteOrder.BIG_ENDIAN);

    private Checksum() {}

    public static int of(byte[] bytes, int offset, int length) {
        return of(bytes, offset, length, 0);
    }

    /// @param initial a sum of 16-bit words that belong to it too, 0 to 2^32
    public static int of(byte[] bytes, int offset, int length, long initial) {
        return ~fold(initial + sum(bytes, offset, length)) & 0xFFFF;
    }

    /// At most 65,550 bytes, so a long cannot overflow.
    private static long sum(byte[] bytes, int offset, int length) {
        long sum = 0;
        int end = offset + length;
        int at = offset;
        for (; at + 4 <= end; at += 4) {
            sum += (int) INT.get(bytes, at) & 0xFFFF_FFFFL;
        }
        for (int shift = 24; at < end; at++, shift -= 8) {
            sum += (bytes[at] & 0xFFL) << shift; // what is missing of a word is zeros
        }
        return sum;
    }

    /// {@return a sum of words in 16 bits: what is carried out at the top comes in at the bottom}
    public static int fold(long words) {
        // tag::doc-fold[]
        long sum = words;
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        // end::doc-fold[]
        return (int) sum;
    }
}
