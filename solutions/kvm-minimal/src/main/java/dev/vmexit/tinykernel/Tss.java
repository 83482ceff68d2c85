package dev.vmexit.tinykernel;

import dev.vmexit.kvm.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The task state segment. In 64-bit mode hardly more is left of it than one address: RSP0, the
/// stack on which the CPU begins when an interrupt takes it from ring 3 to ring 0.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 7.7, figure 7-11 "64-Bit TSS Format"
final class Tss {
    static final int BYTES = 104;

    private static final int RSP0 = 4;
    private static final int IO_MAP_BASE = 102;
    private static final int AVAILABLE_TSS = 9;

    private Tss() {}

    // tag::bytes[]
    static byte[] bytes(long rsp0) {
        return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(RSP0, rsp0)
                .putShort(IO_MAP_BASE, (short) BYTES)
                .array();
    }
    // end::bytes[]

    /// {@return the segment that a descriptor must describe}
    static Segment segment(long base, int selector) {
        return new Segment(base, BYTES - 1, selector, AVAILABLE_TSS, 1, 0, 0, 0, 0, 0, 0);
    }
}
