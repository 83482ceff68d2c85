package dev.vmexit.mode;

import dev.vmexit.kvm.DescriptorTable;
import dev.vmexit.kvm.Segment;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import java.util.List;

/// The global descriptor table: eight bytes a segment, and a selector is an offset into it.
///
/// ```
///  63      56 55   52 51   48 47       40 39      32
///  base 31:24 g db l avl limit 19:16  p dpl s type  base 23:16
///  31              16 15               0
///  base 15:0           limit 15:0
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 3.4.5, figure 3-8 "Segment Descriptor"
public final class Gdt {
    /// Where the table stands in the guests that we start.
    public static final GuestAddress ADDRESS = new GuestAddress(0x500);

    public static final int CODE = 1 << 3;
    public static final int DATA = 2 << 3;

    private Gdt() {}

    /// {@return the descriptor of a segment, as the CPU would read it from memory}
    ///
    /// The limit of a [Segment] is in bytes; in a descriptor with `g` it counts pages of 4 KiB.
    // tag::kvm-11[]
    public static long descriptor(Segment segment) {
        // tag::solution[]
        long limit = segment.g() == 1 ? segment.limit() >>> 12 : segment.limit(); // <1>
        long access = (long) segment.type() | segment.s() << 4 | segment.dpl() << 5
                | segment.present() << 7;
        long flags = (long) segment.avl() | segment.l() << 1 | segment.db() << 2
                | segment.g() << 3;
        return limit & 0xFFFF
                | (segment.base() & 0xFF_FFFF) << 16 // <2>
                | access << 40
                | (limit >>> 16 & 0xF) << 48
                | flags << 52
                | (segment.base() >>> 24 & 0xFF) << 56;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-11", "put the fields where the picture above shows them");
        // end::stub[]
    }
    // end::kvm-11[]

    /// Writes a null descriptor and `segments` after it to [#ADDRESS].
    // tag::write[]
    public static DescriptorTable write(GuestMemory memory, List<Segment> segments) {
        memory.writeLong(ADDRESS, 0);
        for (int i = 0; i < segments.size(); i++) {
            memory.writeLong(ADDRESS.plus(8L * (i + 1)), descriptor(segments.get(i)));
        }
        return new DescriptorTable(ADDRESS.value(), 8 * (segments.size() + 1) - 1);
    }
    // end::write[]
}
