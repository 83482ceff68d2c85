package dev.vmexit.net.user.wire;

import java.nio.ByteBuffer;

/// The 48-bit address of a network card; its first byte is the most significant of the 48 bits.
public record MacAddress(long value) {
    public static final MacAddress BROADCAST = new MacAddress(0xFFFF_FFFF_FFFFL);
    public static final MacAddress NONE = new MacAddress(0);

    static final int BYTES = 6;
    private static final long GROUP = 1L << 40;

    static MacAddress get(ByteBuffer from) {
        return new MacAddress((from.getShort() & 0xFFFFL) << 32 | from.getInt() & 0xFFFF_FFFFL);
    }

    public ByteBuffer put(ByteBuffer into) {
        return into.putShort((short) (value >>> 32)).putInt((int) value);
    }

    /// {@return the six bytes at `offset`}
    public static MacAddress at(byte[] bytes, int offset) {
        return get(ByteBuffer.wrap(bytes, offset, BYTES));
    }

    /// {@return whether it can be one card's: neither a group's nor zero}
    public boolean isUnicast() {
        return value != 0 && (value & GROUP) == 0;
    }

    @Override
    public String toString() {
        return "%012x".formatted(value).replaceAll("(..)(?!$)", "$1:");
    }
}
