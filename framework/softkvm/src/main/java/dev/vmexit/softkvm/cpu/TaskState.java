package dev.vmexit.softkvm.cpu;

/// The stacks that a TSS holds for inner privilege levels. Switching tasks in hardware is not done.
///
/// ```
///  16-bit   2 + 4n SP, SS        32-bit   4 + 8n ESP, SS        64-bit   4 + 8n RSP · 36 + 8(i−1)
///  IST
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 7.2.1 Task-State Segment; 7.7 in 64-bit Mode
final class TaskState {
    private TaskState() {}

    static long stackPointer64(Cpu c, int level) {
        return load(c, 4 + 8 * level, 8);
    }

    static long interruptStack(Cpu c, int ist) {
        return load(c, 36 + 8 * (ist - 1), 8);
    }

    static boolean is32(Cpu c) {
        return (c.segment[SegmentRegister.TR].type & 8) != 0;
    }

    static long stackPointer(Cpu c, int level) {
        return is32(c) ? load(c, 4 + 8 * level, 4) : load(c, 2 + 4 * level, 2);
    }

    static int stackSelector(Cpu c, int level) {
        return (int) (is32(c) ? load(c, 8 + 8 * level, 2) : load(c, 4 + 4 * level, 2));
    }

    private static long load(Cpu c, int offset, int size) {
        SegmentRegister tr = c.segment[SegmentRegister.TR];
        if (offset + size - 1 > tr.limit) {
            throw GuestFault.of(GuestFault.TS, tr.selector & ~3);
        }
        return SlowMemory.loadSystem(c, tr.base + offset, size);
    }

    /// Whether ring 3 may use this port: the I/O permission bitmap.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 19.5.2 I/O Permission Bit Map
    static boolean allowsPort(Cpu c, int port, int size) {
        SegmentRegister tr = c.segment[SegmentRegister.TR];
        if ((tr.type & 8) == 0 || tr.limit < 103) {
            return false;
        }
        int at = (int) SlowMemory.loadSystem(c, tr.base + 102, 2) + port / 8;
        if (at + 1 > tr.limit) {
            return false;
        }
        int bits = (int) SlowMemory.loadSystem(c, tr.base + at, 2) >> (port & 7);
        return (bits & (1 << size) - 1) == 0;
    }
}
