package dev.vmexit.state;

/// One section of a saved machine, read in the order in which it was written.
public final class StateIn {
    private final String name;
    private final int version;
    private final byte[] bytes;
    private int at;

    StateIn(String name, int version, byte[] bytes) {
        this.name = name;
        this.version = version;
        this.bytes = bytes;
    }

    /// {@return the version of the part that wrote it, at most the one that reads}
    public int version() {
        return version;
    }

    public boolean flag() {
        return between("a flag", 0, 1, number(1)) == 1;
    }

    public int u8() {
        return (int) number(1);
    }

    public int u16() {
        return (int) number(2);
    }

    public int i32() {
        return (int) number(4);
    }

    public long i64() {
        return number(8);
    }

    /// {@return an `i32` that must lie in a range, both ends included}
    public int i32(String what, int least, int most) {
        return (int) between(what, least, most, i32());
    }

    /// {@return bytes, of which there must be so many}
    public byte[] bytes(String what, int length) {
        i32("the length of " + what, length, length);
        return take(length);
    }

    /// {@return bytes, of which there may be up to so many}
    public byte[] bytesUpTo(String what, int most) {
        return take(i32("the length of " + what, 0, most));
    }

    private byte[] take(int length) {
        if (length > bytes.length - at) {
            throw wrong("it ends too early");
        }
        at += length;
        return java.util.Arrays.copyOfRange(bytes, at - length, at);
    }

    private long between(String what, long least, long most, long value) {
        if (value < least || value > most) {
            throw wrong("%s is %d, not %d to %d".formatted(what, value, least, most));
        }
        return value;
    }

    private long number(int size) {
        byte[] part = take(size);
        long value = 0;
        for (int n = 0; n < size; n++) {
            value |= (part[n] & 0xFFL) << 8 * n;
        }
        return value;
    }

    /// {@return what to throw if the section makes no sense}
    public StateFailure wrong(String why) {
        return new StateFailure("the saved state of '%s' is wrong: %s".formatted(name, why));
    }

    void requireEnd() {
        if (at != bytes.length) {
            throw wrong("%d bytes are left over".formatted(bytes.length - at));
        }
    }
}
