package dev.vmexit.softkvm.cpu;

/// Pushes and pops. The stack pointer moves only after the access has worked.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 6.2 Stacks
public final class Stack {
    private Stack() {}

    // tag::push[]
    public static void push(Cpu c, int size, long value) {
        long top = wrap(c, c.r[Cpu.RSP] - size);
        Memory.store(c, linear(c, top, size, true), size, value);
        setPointer(c, top);
    }
    // end::push[]

    public static long pop(Cpu c, int size) {
        long value = peek(c, 0, size);
        setPointer(c, c.r[Cpu.RSP] + size);
        return value;
    }

    /// {@return what is `offset` bytes above the top}
    public static long peek(Cpu c, long offset, int size) {
        long at = wrap(c, c.r[Cpu.RSP] + offset);
        return Memory.load(c, linear(c, at, size, false), size);
    }

    public static void drop(Cpu c, long bytes) {
        setPointer(c, c.r[Cpu.RSP] + bytes);
    }

    public static void setPointer(Cpu c, long value) {
        c.r[Cpu.RSP] = switch (c.stackSize) {
            case 8 -> value;
            case 4 -> value & 0xFFFF_FFFFL;
            default -> c.r[Cpu.RSP] & ~0xFFFFL | value & 0xFFFF;
        };
    }

    public static long wrap(Cpu c, long pointer) {
        return switch (c.stackSize) {
            case 8 -> pointer;
            case 4 -> pointer & 0xFFFF_FFFFL;
            default -> pointer & 0xFFFF;
        };
    }

    public static long linear(Cpu c, long offset, int size, boolean write) {
        return c.segmented
                ? Segmentation.linear(c, SegmentRegister.SS, offset, size, write)
                : offset;
    }
}
