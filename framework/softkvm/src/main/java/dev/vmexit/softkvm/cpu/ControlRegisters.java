package dev.vmexit.softkvm.cpu;

/// CR0, CR4, EFER, and which values of them are allowed.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 2.5 Control Registers; 2.2.1 EFER
public final class ControlRegisters {
    public static final long CR0_PE = 1;
    public static final long CR0_MP = 1 << 1;
    public static final long CR0_EM = 1 << 2;
    public static final long CR0_TS = 1 << 3;
    public static final long CR0_ET = 1 << 4;
    public static final long CR0_NE = 1 << 5;
    public static final long CR0_WP = 1 << 16;
    public static final long CR0_AM = 1 << 18;
    public static final long CR0_NW = 1 << 29;
    public static final long CR0_CD = 1 << 30;
    public static final long CR0_PG = 1L << 31;
    private static final long CR0_DEFINED = CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE
            | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG;

    public static final long CR4_VME = 1;
    public static final long CR4_PVI = 1 << 1;
    public static final long CR4_TSD = 1 << 2;
    public static final long CR4_DE = 1 << 3;
    public static final long CR4_PSE = 1 << 4;
    public static final long CR4_PAE = 1 << 5;
    public static final long CR4_MCE = 1 << 6;
    public static final long CR4_PGE = 1 << 7;
    public static final long CR4_PCE = 1 << 8;
    public static final long CR4_OSFXSR = 1 << 9;
    public static final long CR4_OSXMMEXCPT = 1 << 10;
    public static final long CR4_UMIP = 1 << 11;
    public static final long CR4_FSGSBASE = 1 << 16;
    public static final long CR4_PCIDE = 1 << 17;
    public static final long CR4_OSXSAVE = 1 << 18;
    public static final long CR4_SMEP = 1 << 20;
    public static final long CR4_SMAP = 1 << 21;
    private static final long CR4_DEFINED = CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_MCE
            | CR4_PGE | CR4_PCE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_UMIP | CR4_FSGSBASE | CR4_PCIDE
            | CR4_OSXSAVE | CR4_SMEP | CR4_SMAP;

    public static final long EFER_SCE = 1;
    public static final long EFER_LME = 1 << 8;
    public static final long EFER_LMA = 1 << 10;
    public static final long EFER_NXE = 1 << 11;
    private static final long EFER_DEFINED = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;

    private static final long PAGING_CR0 = CR0_PG | CR0_WP | CR0_PE;
    private static final long PAGING_CR4 = CR4_PSE | CR4_PAE | CR4_PGE | CR4_PCIDE | CR4_SMEP
            | CR4_SMAP;

    private ControlRegisters() {}

    /// {@return whether a monitor may set this}
    public static boolean isCr0(long value) {
        return value >>> 32 == 0 && ((value & CR0_NW) == 0 || (value & CR0_CD) != 0);
    }

    /// {@return whether no bit is set that does not exist}
    public static boolean isCr4(long value) {
        return (value & ~CR4_DEFINED) == 0;
    }

    /// {@return whether no bit is set that does not exist}
    public static boolean isEfer(long value) {
        return (value & ~EFER_DEFINED) == 0;
    }

    /// `MOV CR0`, `LMSW`: with the checks that a guest meets.
    public static void writeCr0(Cpu c, long value) {
        long v = value & 0xFFFF_FFFFL | CR0_ET;
        if (value >>> 32 != 0 || (v & CR0_PG) != 0 && (v & CR0_PE) == 0
                || (v & CR0_NW) != 0 && (v & CR0_CD) == 0) {
            throw GuestFault.gp();
        }
        boolean paging = (v & CR0_PG) != 0;
        if (paging && (c.cr0 & CR0_PG) == 0 && (c.efer & EFER_LME) != 0) {
            enterLongMode(c);
        } else if (!paging && (c.cr0 & CR0_PG) != 0) {
            leavePaging(c);
        }
        forceCr0(c, v & CR0_DEFINED);
    }

    private static void enterLongMode(Cpu c) {
        if ((c.cr4 & CR4_PAE) == 0 || c.segment[SegmentRegister.CS].l) {
            throw GuestFault.gp();
        }
        c.efer |= EFER_LMA;
    }

    private static void leavePaging(Cpu c) {
        if (c.is64() || (c.cr4 & CR4_PCIDE) != 0) {
            throw GuestFault.gp();
        }
        c.efer &= ~EFER_LMA;
    }

    /// As `KVM_SET_SREGS` does: what is written is what is there.
    public static void forceCr0(Cpu c, long value) {
        boolean flush = ((c.cr0 ^ value) & PAGING_CR0) != 0;
        c.cr0 = value;
        if (flush) {
            c.flushTlb();
        }
        Mode.update(c);
    }

    public static void writeCr3(Cpu c, long value) {
        boolean keep = (c.cr4 & CR4_PCIDE) != 0 && value < 0;
        long v = keep ? value & Long.MAX_VALUE : value;
        if (c.longMode && v >>> PageWalk.PHYSICAL_BITS != 0) {
            throw GuestFault.gp();
        }
        c.cr3 = c.longMode ? v : v & 0xFFFF_FFFFL;
        // The TLB has no PCID in its tags, so even "keep" means forget: that is always allowed.
        c.flushLocalTlb();
    }

    public static void writeCr4(Cpu c, long value) {
        boolean leavesPae = c.longMode && (value & CR4_PAE) == 0;
        boolean entersPcid = (value & CR4_PCIDE) != 0 && (c.cr4 & CR4_PCIDE) == 0;
        if ((value & ~CR4_DEFINED) != 0 || leavesPae
                || entersPcid && (!c.longMode || (c.cr3 & 0xFFF) != 0)) {
            throw GuestFault.gp();
        }
        forceCr4(c, value);
    }

    public static void forceCr4(Cpu c, long value) {
        boolean flush = ((c.cr4 ^ value) & PAGING_CR4) != 0;
        c.cr4 = value;
        if (flush) {
            c.flushTlb();
        }
        Mode.update(c);
    }

    public static void writeEfer(Cpu c, long value) {
        boolean flipsLme = ((c.efer ^ value) & EFER_LME) != 0;
        if ((value & ~EFER_DEFINED) != 0 || flipsLme && (c.cr0 & CR0_PG) != 0) {
            throw GuestFault.gp();
        }
        forceEfer(c, value & ~EFER_LMA | c.efer & EFER_LMA);
    }

    public static void forceEfer(Cpu c, long value) {
        boolean flush = ((c.efer ^ value) & (EFER_NXE | EFER_LMA)) != 0;
        c.efer = value;
        if (flush) {
            c.flushTlb();
        }
        Mode.update(c);
    }
}
