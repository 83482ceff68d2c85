package dev.vmexit.softkvm.cpu;

import java.util.Arrays;

/// The state after power-up, and after INIT and a start-up IPI.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, table 9-1 IA-32 and Intel 64 Processor States
///       Following Power-up, Reset, or INIT
public final class Reset {
    private static final int DATA = 3;
    private static final int CODE = 11;
    private static final int LDT = 2;
    private static final int BUSY_TSS = 11;
    private static final int FAMILY_MODEL_STEPPING = 0x600;

    private Reset() {}

    /// Reset and INIT differ in what they leave alone; here: XMM, x87 and the TSC are left by INIT.
    public static void powerUp(Cpu c) {
        Arrays.fill(c.r, 0);
        c.r[Cpu.RDX] = FAMILY_MODEL_STEPPING;
        c.rip = 0xFFF0;
        c.eflags(Flags.ALWAYS_ONE);
        for (int n = 0; n < 6; n++) {
            segment(c, n, 0, n == SegmentRegister.CS ? CODE : DATA, true);
        }
        c.segment[SegmentRegister.CS].selector = 0xF000;
        c.segment[SegmentRegister.CS].base = 0xFFFF_0000L;
        segment(c, SegmentRegister.LDTR, 0, LDT, false);
        segment(c, SegmentRegister.TR, 0, BUSY_TSS, false);
        table(c.gdtr);
        table(c.idtr);
        c.cr0 = ControlRegisters.CR0_ET | ControlRegisters.CR0_NW | ControlRegisters.CR0_CD;
        c.cr2 = 0;
        c.cr3 = 0;
        c.cr4 = 0;
        c.efer = 0;
        Arrays.fill(c.dr, 0);
        c.dr[6] = 0xFFFF_0FF0L;
        c.dr[7] = 0x400;
        c.shadow = false;
        c.nmiBlocked = false;
        c.flushTlb();
        Mode.update(c);
    }

    /// A start-up IPI: real mode, at the page that `vector` names.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 8.4.4 MP Initialization Example
    public static void startup(Cpu c, int vector) {
        c.segment[SegmentRegister.CS].loadReal(vector << 8);
        c.rip = 0;
        Mode.update(c);
        c.codeChanged();
    }

    private static void segment(Cpu c, int n, int selector, int type, boolean s) {
        SegmentRegister r = c.segment[n];
        r.selector = selector;
        r.base = 0;
        r.set(0xFFFF, type, s, 0);
        r.avl = false;
        r.l = false;
        r.db = false;
        r.g = false;
    }

    private static void table(DescriptorTable t) {
        t.base = 0;
        t.limit = 0xFFFF;
    }
}
