package dev.vmexit.tiny;

import dev.vmexit.course.Todo;

/// A device of ours: one page of registers that the guest reaches through memory.
///
/// ```
///  offset  register  access  what
///   0x00   ID        read    0x584D_5645, which is "EVMX" in memory order
///   0x04   DATA      write   appends one character, the low byte, to the text
///   0x08   COUNT     read    characters appended so far
/// ```
///
/// Registers have 32 bits. An access may be narrower or wider, at any offset of the page: a read
/// gives the low bytes of the register that begins exactly at `offset`. Every other read gives 0,
/// every other write is ignored.
public final class RegisterPage {
    public static final int ID = 0x00;
    public static final int DATA = 0x04;
    public static final int COUNT = 0x08;

    public static final long SIZE_BYTES = 0x1000;
    public static final long ID_VALUE = 0x584D_5645;

    private final StringBuilder text = new StringBuilder();

    /// @param size in bytes; the result has no bits above them
    public long read(long offset, int size) {
        throw Todo.of("kvm-10", "give the value of the register at this offset");
    }

    public void write(long offset, long value) {
        throw Todo.of("kvm-10", "append what is written to DATA");
    }

    public String text() {
        return text.toString();
    }
}
