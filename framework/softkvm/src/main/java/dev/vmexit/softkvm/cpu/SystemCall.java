package dev.vmexit.softkvm.cpu;

/// SYSCALL/SYSRET and SYSENTER/SYSEXIT: into the kernel and back with fixed, flat segments.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 5.8.7 SYSENTER and SYSEXIT; 5.8.8 SYSCALL and
///       SYSRET
public final class SystemCall {
    private static final long FLAT = 0xFFFF_FFFFL;
    private static final int CODE = 11;
    private static final int DATA = 3;

    private SystemCall() {}

    public static void syscall(Cpu c) {
        if ((c.efer & ControlRegisters.EFER_SCE) == 0 || !c.protectedMode() || !c.is64()) {
            throw GuestFault.ud();
        }
        c.r[Cpu.RCX] = c.rip;
        c.r[11] = c.eflags() & ~(long) Flags.RF;
        int star = (int) (c.msr.star >>> 32) & 0xFFFC;
        c.rip = c.msr.lstar;
        c.eflags(c.eflags() & ~c.msr.fmask & ~(long) Flags.RF);
        flat(c, star, true, 0);
        Mode.update(c);
        c.codeChanged();
    }

    public static void sysret(Cpu c, int size) {
        if ((c.efer & ControlRegisters.EFER_SCE) == 0 || !c.is64()) {
            throw GuestFault.ud();
        }
        long target = c.r[Cpu.RCX];
        if (size == 8 && !isCanonical(target)) {
            throw GuestFault.gp();
        }
        int star = (int) (c.msr.star >>> 48) & 0xFFFF;
        int restored = ~(Flags.RF | Flags.VM | Flags.ALWAYS_ONE);
        c.eflags(c.r[11] & restored & 0x3C_7FD7L);
        c.rip = size == 8 ? target : target & 0xFFFF_FFFFL;
        flatCode(c, (size == 8 ? star + 16 : star) | 3, size == 8, 3);
        flatStack(c, star + 8 | 3, 3);
        Mode.update(c);
        c.codeChanged();
        c.budgetEnd();
    }

    public static void sysenter(Cpu c) {
        int selector = (int) c.msr.sysenterCs & 0xFFFC;
        if (!c.protectedMode() || selector == 0) {
            throw GuestFault.gp();
        }
        c.systemFlags &= ~(Flags.VM | Flags.IF | Flags.RF);
        flat(c, selector, c.longMode, 0);
        c.rip = c.longMode ? c.msr.sysenterEip : c.msr.sysenterEip & 0xFFFF_FFFFL;
        c.r[Cpu.RSP] = c.longMode ? c.msr.sysenterEsp : c.msr.sysenterEsp & 0xFFFF_FFFFL;
        Mode.update(c);
        c.codeChanged();
    }

    public static void sysexit(Cpu c, int size) {
        int selector = (int) c.msr.sysenterCs & 0xFFFC;
        if (!c.protectedMode() || selector == 0) {
            throw GuestFault.gp();
        }
        boolean to64 = size == 8;
        if (to64 && !(isCanonical(c.r[Cpu.RCX]) && isCanonical(c.r[Cpu.RDX]))) {
            throw GuestFault.gp();
        }
        flatCode(c, selector + (to64 ? 32 : 16) | 3, to64, 3);
        flatStack(c, selector + (to64 ? 40 : 24) | 3, 3);
        c.rip = to64 ? c.r[Cpu.RDX] : c.r[Cpu.RDX] & 0xFFFF_FFFFL;
        c.r[Cpu.RSP] = to64 ? c.r[Cpu.RCX] : c.r[Cpu.RCX] & 0xFFFF_FFFFL;
        Mode.update(c);
        c.codeChanged();
    }

    private static boolean isCanonical(long address) {
        return address << 16 >> 16 == address;
    }

    private static void flat(Cpu c, int selector, boolean to64, int cpl) {
        flatCode(c, selector, to64, cpl);
        flatStack(c, selector + 8, cpl);
    }

    private static void flatCode(Cpu c, int selector, boolean to64, int cpl) {
        SegmentRegister cs = c.segment[SegmentRegister.CS];
        cs.set(FLAT, CODE, true, cpl);
        cs.selector = selector;
        cs.base = 0;
        cs.l = to64;
        cs.db = !to64;
        cs.g = true;
    }

    private static void flatStack(Cpu c, int selector, int cpl) {
        SegmentRegister ss = c.segment[SegmentRegister.SS];
        ss.set(FLAT, DATA, true, cpl);
        ss.selector = selector;
        ss.base = 0;
        ss.l = false;
        ss.db = true;
        ss.g = true;
    }
}
