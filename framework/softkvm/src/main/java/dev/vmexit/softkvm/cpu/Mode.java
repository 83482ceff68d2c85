package dev.vmexit.softkvm.cpu;

/// What CR0, EFER, EFLAGS.VM, CS and SS together mean, worked out once when one of them changes.
///
/// ```
///  CR0.PE = 0                     real               16-bit
///  EFLAGS.VM = 1                  virtual-8086       16-bit
///  EFER.LMA = 0                   protected          16- or 32-bit by CS.D
///  EFER.LMA = 1, CS.L = 0         compatibility      16- or 32-bit by CS.D
///  EFER.LMA = 1, CS.L = 1         64-bit
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 2.2 Modes of Operation
public final class Mode {
    private Mode() {}

    public static void update(Cpu c) {
        SegmentRegister cs = c.segment[SegmentRegister.CS];
        SegmentRegister ss = c.segment[SegmentRegister.SS];
        c.longMode = (c.efer & ControlRegisters.EFER_LMA) != 0;
        boolean is64 = c.longMode && cs.l;
        c.codeSize = is64 ? 8 : cs.db ? 4 : 2;
        c.stackSize = is64 ? 8 : ss.db ? 4 : 2;
        c.segmented = !is64;
        c.cpl = privilege(c);
        for (int i = 0; i < 6; i++) {
            c.base[i] = is64 && i < SegmentRegister.FS ? 0 : c.segment[i].base;
        }
        selectTlb(c);
    }

    private static int privilege(Cpu c) {
        if (!c.protectedMode()) {
            return 0;
        }
        return c.virtual8086() ? 3 : c.segment[SegmentRegister.SS].dpl;
    }

    /// Which of the three views of memory an access has: see [Tlb].
    // tag::views[]
    public static void selectTlb(Cpu c) {
        boolean smapOpen = (c.systemFlags & Flags.AC) != 0;
        c.tlb.select(c.cpl == 3 ? Tlb.USER : smapOpen ? Tlb.KERNEL_AC : Tlb.KERNEL);
    }
    // end::views[]
}
