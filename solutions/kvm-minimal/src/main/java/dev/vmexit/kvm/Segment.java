package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// A segment register with its hidden part, `struct kvm_segment`.
///
/// The CPU fills the hidden part from a descriptor when the selector is loaded; through KVM it can
/// be set directly, and need not agree with any descriptor.
///
/// @param limit the last offset, in bytes, also where `g` is set
/// @param type bits 11:8 of a descriptor: 11 is code, read, accessed; 3 is data, write, accessed
/// @param dpl the privilege level, 0 … 3
/// @param db 1: 32 bits (not for 64-bit code)
/// @param s 1: code or data, 0: a system segment
/// @param l 1: 64-bit code
/// @param g 1: the descriptor's limit counts pages
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 3.4.5 "Segment Descriptors"
// tag::segment[]
public record Segment(long base, long limit, int selector, int type, int present, int dpl, int db,
        int s, int l, int g, int avl) {
    // end::segment[]

    // tag::layout[]
    static final StructLayout LAYOUT = MemoryLayout.structLayout(JAVA_LONG.withName("base"),
            JAVA_INT.withName("limit"), JAVA_SHORT.withName("selector"),
            JAVA_BYTE.withName("type"), JAVA_BYTE.withName("present"), JAVA_BYTE.withName("dpl"),
            JAVA_BYTE.withName("db"), JAVA_BYTE.withName("s"), JAVA_BYTE.withName("l"),
            JAVA_BYTE.withName("g"), JAVA_BYTE.withName("avl"), JAVA_BYTE.withName("unusable"),
            MemoryLayout.paddingLayout(1));
    // end::layout[]

    // tag::at[]
    /// {@return the same segment at another place}
    public Segment at(int newSelector, long newBase) {
        return new Segment(newBase, limit, newSelector, type, present, dpl, db, s, l, g, avl);
    }
    // end::at[]

    static Segment read(MemorySegment struct, long offset) {
        int[] bytes = new int[8];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Byte.toUnsignedInt(struct.get(JAVA_BYTE, offset + 14 + i));
        }
        return new Segment(struct.get(JAVA_LONG, offset),
                Integer.toUnsignedLong(struct.get(JAVA_INT, offset + 8)),
                Short.toUnsignedInt(struct.get(JAVA_SHORT, offset + 12)),
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
    }

    void write(MemorySegment struct, long offset) {
        struct.set(JAVA_LONG, offset, base);
        struct.set(JAVA_INT, offset + 8, (int) limit);
        struct.set(JAVA_SHORT, offset + 12, (short) selector);
        int[] bytes = {type, present, dpl, db, s, l, g, avl, present == 1 ? 0 : 1};
        for (int i = 0; i < bytes.length; i++) {
            struct.set(JAVA_BYTE, offset + 14 + i, (byte) bytes[i]);
        }
    }
}
