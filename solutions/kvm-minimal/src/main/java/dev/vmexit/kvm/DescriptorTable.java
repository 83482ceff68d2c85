package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// Where the GDT or the IDT stands, `struct kvm_dtable`.
///
/// @param limit the last byte, counted from `base`; 8 descriptors have the limit 63
public record DescriptorTable(long base, int limit) {
    static final StructLayout LAYOUT = MemoryLayout.structLayout(JAVA_LONG.withName("base"),
            JAVA_SHORT.withName("limit"), MemoryLayout.paddingLayout(6));

    static DescriptorTable read(MemorySegment struct, long offset) {
        return new DescriptorTable(struct.get(JAVA_LONG, offset),
                Short.toUnsignedInt(struct.get(JAVA_SHORT, offset + 8)));
    }

    void write(MemorySegment struct, long offset) {
        struct.set(JAVA_LONG, offset, base);
        struct.set(JAVA_SHORT, offset + 8, (short) limit);
    }
}
