package dev.vmexit.softkvm.abi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;

/// Bytes that an ioctl is given the address of; fields by offset, little-endian.
final class Struct {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    final MemorySegment segment;

    private Struct(MemorySegment segment) {
        this.segment = segment;
    }

    static Struct ofSize(long bytes) {
        return new Struct(Arena.ofAuto().allocate(bytes, 64));
    }

    static Struct of(MemorySegment segment) {
        return new Struct(segment);
    }

    /// {@return a struct that is nothing but 32-bit fields}
    static Struct ofInts(int... fields) {
        Struct struct = ofSize(4L * fields.length);
        for (int n = 0; n < fields.length; n++) {
            struct.u32(4L * n, fields[n]);
        }
        return struct;
    }

    Struct copy() {
        Struct copy = ofSize(segment.byteSize());
        copy.segment.copyFrom(segment);
        return copy;
    }

    long address() {
        return segment.address();
    }

    int u8(long at) {
        return segment.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    int u16(long at) {
        return segment.get(U16, at) & 0xFFFF;
    }

    int u32(long at) {
        return segment.get(U32, at);
    }

    long u64(long at) {
        return segment.get(U64, at);
    }

    Struct u8(long at, int value) {
        segment.set(ValueLayout.JAVA_BYTE, at, (byte) value);
        return this;
    }

    Struct u16(long at, int value) {
        segment.set(U16, at, (short) value);
        return this;
    }

    Struct u32(long at, int value) {
        segment.set(U32, at, value);
        return this;
    }

    Struct u64(long at, long value) {
        segment.set(U64, at, value);
        return this;
    }

    Struct bytes(long at, byte... values) {
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_BYTE, at, values.length);
        return this;
    }

    byte[] bytes(long at, int length) {
        return segment.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }

    Struct zero(long at, long length) {
        segment.asSlice(at, length).fill((byte) 0);
        return this;
    }

    /// {@return all bytes, as hex text}
    String hex() {
        return hex(0, (int) segment.byteSize());
    }

    String hex(long at, int length) {
        return HexFormat.of().formatHex(bytes(at, length));
    }
}
