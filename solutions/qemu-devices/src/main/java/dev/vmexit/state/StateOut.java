package dev.vmexit.state;

import java.io.ByteArrayOutputStream;

/// What a part says of itself: numbers, little-endian, one after the other.
public final class StateOut {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public StateOut flag(boolean value) {
        return number(1, value ? 1 : 0);
    }

    public StateOut u8(int value) {
        return number(1, value);
    }

    public StateOut u16(int value) {
        return number(2, value);
    }

    public StateOut i32(int value) {
        return number(4, value);
    }

    public StateOut i64(long value) {
        return number(8, value);
    }

    /// Bytes, with their number before them.
    public StateOut bytes(byte[] value) {
        i32(value.length);
        bytes.writeBytes(value);
        return this;
    }

    private StateOut number(int size, long value) {
        for (int n = 0; n < size; n++) {
            bytes.write((int) (value >>> 8 * n));
        }
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
