package dev.vmexit.tiny;

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
    // tag::kvm-10[]
    public long read(long offset, int size) {
        // tag::solution[]
        long register = switch ((int) offset) {
            case ID -> ID_VALUE;
            case COUNT -> text.length();
            default -> 0;
        };
        return size >= Long.BYTES ? register : register & (1L << 8 * size) - 1; // <1>
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-10", "give the value of the register at this offset");
        // end::stub[]
    }

    public void write(long offset, long value) {
        // tag::solution[]
        if (offset == DATA) {
            text.append((char) (value & 0xFF));
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-10", "append what is written to DATA");
        // end::stub[]
    }
    // end::kvm-10[]

    public String text() {
        return text.toString();
    }
}
