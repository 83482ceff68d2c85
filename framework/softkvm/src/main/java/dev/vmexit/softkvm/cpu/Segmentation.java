package dev.vmexit.softkvm.cpu;

/// From a segment and an offset to a linear address, outside 64-bit code: limits and types.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 5.3 Limit Checking; 5.4 Type Checking
public final class Segmentation {
    private Segmentation() {}

    /// @param segment ES to GS
    /// @throws GuestFault `#SS(0)` through SS, `#GP(0)` through the others
    public static long linear(Cpu c, int segment, long offset, int size, boolean write) {
        SegmentRegister s = c.segment[segment];
        if (c.usesDescriptors() && !typeAllows(s, write) || !inside(s, offset, size)) {
            int vector = segment == SegmentRegister.SS ? GuestFault.SS : GuestFault.GP;
            throw GuestFault.of(vector);
        }
        return s.base + offset & 0xFFFF_FFFFL;
    }

    private static boolean typeAllows(SegmentRegister s, boolean write) {
        return !s.unusable && (write ? s.isWritable() : s.isReadable());
    }

    private static boolean inside(SegmentRegister s, long offset, int size) {
        long last = offset + size - 1;
        if (!s.isCode() && s.isExpandDown()) {
            return offset > s.limit && last <= (s.db ? 0xFFFF_FFFFL : 0xFFFF);
        }
        return last <= s.limit;
    }

    /// Sets the last part of an instruction pointer's way: the code segment's limit.
    public static void requireInCode(Cpu c, long ip) {
        if (c.segmented) {
            if (ip > c.segment[SegmentRegister.CS].limit) {
                throw GuestFault.gp();
            }
        } else if (ip << 16 >> 16 != ip) {
            throw GuestFault.gp();
        }
    }
}
