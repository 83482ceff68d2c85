package dev.vmexit.mode;

import dev.vmexit.course.Todo;
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
    public static long descriptor(Segment segment) {
        throw Todo.of("kvm-11", "put the fields where the picture above shows them");
    }

    /// Writes a null descriptor and `segments` after it to [#ADDRESS].
    public static DescriptorTable write(GuestMemory memory, List<Segment> segments) {
        memory.writeLong(ADDRESS, 0);
        for (int i = 0; i < segments.size(); i++) {
            memory.writeLong(ADDRESS.plus(8L * (i + 1)), descriptor(segments.get(i)));
        }
        return new DescriptorTable(ADDRESS.value(), 8 * (segments.size() + 1) - 1);
    }
}
