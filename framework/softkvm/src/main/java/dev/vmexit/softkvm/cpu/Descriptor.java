package dev.vmexit.softkvm.cpu;

/// An 8-byte segment descriptor (16 bytes for the system segments of long mode), taken apart.
///
/// ```
///  63 … 56 │ 55 G │ 54 D/B │ 53 L │ 52 AVL │ 51 … 48 │ 47 P │ 46:45 DPL │ 44 S │ 43:40 type
///  base 31:24                                limit 19:16
///  39 … 16 base 23:0                       │ 15 … 0 limit 15:0
/// ```
///
/// @param address where it is, for setting its accessed or busy bit
/// @param high bits 63:32 of a system segment's base in long mode
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 3.4.5 Segment Descriptors
public record Descriptor(long address, long raw, long high) {
    public long base() {
        return raw >>> 16 & 0xFF_FFFF | raw >>> 32 & 0xFF00_0000L | high << 32;
    }

    public long limit() {
        long limit = raw & 0xFFFF | raw >>> 32 & 0xF_0000;
        return g() ? limit << 12 | 0xFFF : limit;
    }

    public int type() {
        return (int) (raw >>> 40) & 15;
    }

    public boolean s() {
        return bit(44);
    }

    public int dpl() {
        return (int) (raw >>> 45) & 3;
    }

    public boolean present() {
        return bit(47);
    }

    public boolean avl() {
        return bit(52);
    }

    public boolean l() {
        return bit(53);
    }

    public boolean db() {
        return bit(54);
    }

    public boolean g() {
        return bit(55);
    }

    public boolean isCode() {
        return s() && (type() & 8) != 0;
    }

    public boolean isConforming() {
        return (type() & 12) == 12;
    }

    public boolean isWritableData() {
        return s() && (type() & 10) == 2;
    }

    public boolean isReadable() {
        return s() && ((type() & 8) == 0 || (type() & 2) != 0);
    }

    private boolean bit(int n) {
        return (raw >>> n & 1) != 0;
    }
}
