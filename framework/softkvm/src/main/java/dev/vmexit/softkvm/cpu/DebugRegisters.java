package dev.vmexit.softkvm.cpu;

/// DR0–DR3 addresses, DR6 what happened, DR7 what to watch.
///
/// ```
///  DR7   1:0 L0 G0 … 7:6 L3 G3 │ 13 GD │ 17:16 R/W0 19:18 LEN0 … │ R/W 0: execution
/// ```
///
/// Watched here: execution. Data and port watchpoints are stored and do not trigger.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 17.2 Debug Registers
public final class DebugRegisters {
    private static final long DR6_FIXED = 0xFFFF_0FF0L;
    private static final long DR7_FIXED = 0x400;
    private static final long GENERAL_DETECT = 1 << 13;
    public static final long DR6_SINGLE_STEP = 1 << 14;

    private DebugRegisters() {}

    public static long read(Cpu c, int n) {
        return c.dr[check(c, n)];
    }

    public static void write(Cpu c, int n, long value) {
        int which = check(c, n);
        if (which >= 6 && value >>> 32 != 0) {
            throw GuestFault.gp();
        }
        c.dr[which] = switch (which) {
            case 6 -> value & 0xE00F | DR6_FIXED;
            case 7 -> value & 0xFFFF_2BFFL | DR7_FIXED;
            default -> value;
        };
    }

    private static int check(Cpu c, int n) {
        boolean extensions = (c.cr4 & ControlRegisters.CR4_DE) != 0;
        if (n > 7 || extensions && (n == 4 || n == 5)) {
            throw GuestFault.ud();
        }
        if ((c.dr[7] & GENERAL_DETECT) != 0) {
            c.dr[6] |= GENERAL_DETECT;
            throw GuestFault.of(GuestFault.DB);
        }
        return n == 4 || n == 5 ? n + 2 : n;
    }

    /// {@return the bits of DR6 for the code breakpoints at this address, 0 if there is none}
    public static int hits(long dr7, long[] addresses, long linear) {
        int hits = 0;
        for (int n = 0; n < 4; n++) {
            boolean enabled = (dr7 >>> 2 * n & 3) != 0;
            boolean execution = (dr7 >>> 16 + 4 * n & 3) == 0;
            if (enabled && execution && addresses[n] == linear) {
                hits |= 1 << n;
            }
        }
        return hits;
    }

    public static boolean anyCodeBreakpoint(long dr7) {
        for (int n = 0; n < 4; n++) {
            if ((dr7 >>> 2 * n & 3) != 0 && (dr7 >>> 16 + 4 * n & 3) == 0) {
                return true;
            }
        }
        return false;
    }
}
