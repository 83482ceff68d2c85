package dev.vmexit.pci;

/// The 256 bytes that describe a PCI function. Each bit is either the function's, and a write does
/// not change it, or the driver's.
///
/// Numbers are little-endian, and every field may be read and written by the byte.
final class ConfigSpace {
    static final int SIZE_BYTES = 256;

    private final byte[] value = new byte[SIZE_BYTES];
    private final byte[] writable = new byte[SIZE_BYTES];

    /// {@return `size` bytes from `offset` on; what lies behind the end is 0}
    long read(int offset, int size) {
        long all = 0;
        for (int n = 0; n < size && offset + n < SIZE_BYTES; n++) {
            all |= (value[offset + n] & 0xFFL) << 8 * n;
        }
        return all;
    }

    /// The driver writes `size` bytes of `bits` from `offset` on: the bits that [#allow] gave away
    /// change, the others stay as they are. What would lie behind the end is dropped.
    // tag::write[]
    // tag::dev-09[]
    void write(int offset, int size, long bits) {
        // tag::solution[]
        for (int n = 0; n < size && offset + n < SIZE_BYTES; n++) {
            int at = offset + n;
            int mask = writable[at];
            value[at] = (byte) (value[at] & ~mask | (int) (bits >>> 8 * n) & mask);
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-09", "change the driver's bits, and no others");
        // end::stub[]
    }
    // end::dev-09[]
    // end::write[]

    /// The function says what is there.
    void define(int offset, int size, long bits) {
        for (int n = 0; n < size; n++) {
            value[offset + n] = (byte) (bits >>> 8 * n);
        }
    }

    /// The function gives bits away to the driver.
    void allow(int offset, int size, long mask) {
        for (int n = 0; n < size; n++) {
            writable[offset + n] |= (byte) (mask >>> 8 * n);
        }
    }
}
