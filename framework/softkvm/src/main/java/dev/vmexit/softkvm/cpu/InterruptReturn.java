package dev.vmexit.softkvm.cpu;

/// IRET in its modes.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "IRET/IRETD/IRETQ—Interrupt Return"
public final class InterruptReturn {
    private static final int RESTORED = Flags.ARITHMETIC | Flags.TF | Flags.DF | Flags.NT | Flags.RF
            | Flags.AC | Flags.ID;

    private InterruptReturn() {}

    public static void iret(Cpu c, int size) {
        if (!c.protectedMode()) {
            real(c, size);
        } else if (c.virtual8086()) {
            virtual8086(c, size);
        } else if (c.flag(Flags.NT)) {
            if (c.longMode) {
                throw GuestFault.gp();
            }
            throw new Unsupported("IRET with NT set: hardware task switches are left out");
        } else {
            protectedMode(c, size);
        }
        c.nmiBlocked = false;
        c.codeChanged();
        c.budgetEnd();
    }

    private static void real(Cpu c, int size) {
        long ip = Stack.peek(c, 0, size);
        int cs = (int) Stack.peek(c, size, size) & 0xFFFF;
        long flags = Stack.peek(c, 2L * size, size);
        requireIn64K(ip);
        Stack.drop(c, 3L * size);
        c.segment[SegmentRegister.CS].loadReal(cs);
        restoreFlags(c, flags, size, RESTORED | Flags.IF | Flags.IOPL);
        c.rip = ip;
        Mode.update(c);
    }

    private static void requireIn64K(long ip) {
        if (ip > 0xFFFF) {
            throw GuestFault.gp();
        }
    }

    private static void virtual8086(Cpu c, int size) {
        if (c.iopl() < 3) {
            throw GuestFault.gp();
        }
        long ip = Stack.peek(c, 0, size);
        int cs = (int) Stack.peek(c, size, size) & 0xFFFF;
        long flags = Stack.peek(c, 2L * size, size);
        requireIn64K(ip);
        Stack.drop(c, 3L * size);
        c.segment[SegmentRegister.CS].loadVirtual8086(cs);
        restoreFlags(c, flags, size, RESTORED | Flags.IF);
        c.rip = ip;
        Mode.update(c);
    }

    private static void restoreFlags(Cpu c, long flags, int size, int mask) {
        int m = size == 2 ? mask & 0xFFFF : mask;
        c.eflags(c.eflags() & ~m | flags & m & 0xFFFF_FFFFL);
    }

    private static void protectedMode(Cpu c, int size) {
        long ip = Stack.peek(c, 0, size);
        int selector = (int) Stack.peek(c, size, size) & 0xFFFF;
        long flags = Stack.peek(c, 2L * size, size);
        if ((flags & Flags.VM) != 0 && c.cpl == 0 && !c.longMode && size == 4) {
            toVirtual8086(c, ip, selector, flags);
            return;
        }
        Descriptor d = FarTransfer.returnTarget(c, selector);
        int rpl = selector & 3;
        int mask = RESTORED | (c.cpl <= c.iopl() ? Flags.IF : 0) | (c.cpl == 0 ? Flags.IOPL : 0);
        boolean is64 = c.is64();
        if (rpl > c.cpl || is64) {
            long rsp = Stack.peek(c, 3L * size, size);
            int ss = (int) Stack.peek(c, 4L * size, size) & 0xFFFF;
            requireIp(c, d, ip);
            int oldCpl = c.cpl;
            FarTransfer.returnTo(c, selector, d, ss, rsp);
            FarTransfer.forgetInnerSegments(c, oldCpl);
        } else {
            requireIp(c, d, ip);
            Stack.drop(c, 3L * size);
            SegmentLoad.code(c, selector, d, rpl);
        }
        restoreFlags(c, flags, size, mask);
        c.rip = ip;
        Mode.update(c);
    }

    static void requireIp(Cpu c, Descriptor d, long ip) {
        boolean to64 = c.longMode && d.l();
        if (to64 ? ip << 16 >> 16 != ip : ip > d.limit()) {
            throw GuestFault.gp();
        }
    }

    private static void toVirtual8086(Cpu c, long ip, int cs, long flags) {
        requireIn64K(ip);
        long esp = Stack.peek(c, 12, 4);
        int[] selectors = new int[6];
        int[] order = {SegmentRegister.SS, SegmentRegister.ES, SegmentRegister.DS,
                SegmentRegister.FS, SegmentRegister.GS};
        for (int n = 0; n < order.length; n++) {
            selectors[order[n]] = (int) Stack.peek(c, 16 + 4L * n, 4);
        }
        selectors[SegmentRegister.CS] = cs;
        for (int n = 0; n < 6; n++) {
            c.segment[n].loadVirtual8086(selectors[n]);
        }
        c.r[Cpu.RSP] = esp;
        c.eflags(flags);
        c.rip = ip;
        Mode.update(c);
    }
}
