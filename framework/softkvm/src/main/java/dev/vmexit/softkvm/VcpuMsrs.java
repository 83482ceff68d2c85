package dev.vmexit.softkvm;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import java.util.HashMap;
import java.util.Map;

/// The model-specific registers of a vCPU.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 4, table 2-2 IA-32 Architectural MSRs;
///       https://docs.kernel.org/virt/kvm/x86/msr.html KVM-specific MSRs
final class VcpuMsrs {
    static final int TSC = 0x10;
    static final int APIC_BASE = 0x1B;
    static final int TSC_ADJUST = 0x3B;
    static final int ARCH_CAPABILITIES = 0x10A;
    static final int SYSENTER_CS = 0x174;
    static final int SYSENTER_ESP = 0x175;
    static final int SYSENTER_EIP = 0x176;
    static final int PAT = 0x277;
    static final int TSC_DEADLINE = 0x6E0;
    static final int EFER = 0xC000_0080;
    static final int STAR = 0xC000_0081;
    static final int LSTAR = 0xC000_0082;
    static final int CSTAR = 0xC000_0083;
    static final int FMASK = 0xC000_0084;
    static final int FS_BASE = 0xC000_0100;
    static final int GS_BASE = 0xC000_0101;
    static final int KERNEL_GS_BASE = 0xC000_0102;
    static final int TSC_AUX = 0xC000_0103;
    static final int KVM_WALL_CLOCK = 0x4B56_4D00;
    static final int KVM_SYSTEM_TIME = 0x4B56_4D01;
    static final int KVM_WALL_CLOCK_OLD = 0x11;
    static final int KVM_SYSTEM_TIME_OLD = 0x12;

    /// None of the flaws that this register can deny: RDCL, L1TF flush, SSB, MDS, page-size machine
    /// check, TSX abort, MMIO stale data, and enhanced IBRS.
    static final long NO_FLAWS = 1 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 8
            | 1 << 13 | 1 << 14 | 1 << 15 | 1 << 20 | 1 << 24 | 1L << 26 | 1L << 27 | 1L << 62;
    private static final long DEFAULT_PAT = 0x0007_0406_0007_0406L;
    private static final int X2APIC_FIRST = 0x800;
    private static final int X2APIC_LAST = 0x8FF;
    /// Everything but the boot CPU flag, the two mode bits, and an address of 40 bits.
    private static final long APIC_BASE_RESERVED = ~(1 << 8 | 3 << 10 | (1L << 40) - 4096);
    private static final int APIC_MODE = 3 << 10;
    private static final int X2APIC_ALONE = 1 << 10;

    /// Registers that are what was last written: no effect here. Index and first value.
    private static final long[][] STORED = {{0x3A, 1}, {0x48, 0}, {0x8B, 1L << 32}, {0xFE, 0x508},
            {PAT, DEFAULT_PAT}, {0x1A0, 1}, {0x17A, 0}, {0x17B, -1}, {0x1D9, 0}, {0x2FF, 0xC00},
            {0x34, 0}, {0xCE, 0}, {0x140, 0}, {0x198, 0}, {0x19C, 0}, {0x1B0, 0}, {0x33, 0},
            {0x250, 0}, {0x258, 0}, {0x259, 0}, {0x268, 0}, {0x269, 0}, {0x26A, 0}, {0x26B, 0},
            {0x26C, 0}, {0x26D, 0}, {0x26E, 0}, {0x26F, 0}, {0x17, 0}, {0x179, 10}};

    private final Vcpu vcpu;
    private final Cpu c;
    private final Map<Integer, Long> stored = new HashMap<>();
    long apicBase = 0xFEE0_0900L;
    /// Instructions already told to the clock.
    long counted;
    private long tscAdjust;

    VcpuMsrs(Vcpu vcpu) {
        this.vcpu = vcpu;
        this.c = vcpu.cpu;
        for (long[] pair : STORED) {
            stored.put((int) pair[0], pair[1]);
        }
        for (int n = 0x200; n < 0x210; n++) {
            stored.put(n, 0L);
        }
        for (int n = 0x400; n < 0x400 + 4 * 10; n++) {
            stored.put(n, 0L);
        }
    }

    long read(int index) {
        return switch (index) {
            case TSC -> vcpu.tsc();
            case APIC_BASE -> vcpu.apic == null ? apicBase : vcpu.apic.baseMsr();
            case TSC_ADJUST -> tscAdjust;
            case ARCH_CAPABILITIES -> NO_FLAWS;
            case TSC_DEADLINE -> vcpu.apic == null ? 0 : guestDeadline(vcpu.apic.tscDeadline());
            case EFER -> c.efer;
            case STAR -> c.msr.star;
            case LSTAR -> c.msr.lstar;
            case CSTAR -> c.msr.cstar;
            case FMASK -> c.msr.fmask;
            case FS_BASE -> c.segment[SegmentRegister.FS].base;
            case GS_BASE -> c.segment[SegmentRegister.GS].base;
            case KERNEL_GS_BASE -> c.msr.kernelGsBase;
            case TSC_AUX -> c.msr.tscAux;
            case SYSENTER_CS -> c.msr.sysenterCs;
            case SYSENTER_ESP -> c.msr.sysenterEsp;
            case SYSENTER_EIP -> c.msr.sysenterEip;
            default -> readOther(index);
        };
    }

    private long readOther(int index) {
        if (index >= X2APIC_FIRST && index <= X2APIC_LAST && vcpu.apic != null) {
            return apic(() -> vcpu.apic.readMsr(index));
        }
        Long value = stored.get(index);
        if (value != null) {
            return value;
        }
        return isKvmClock(index) ? 0 : fail();
    }

    private static long fail() {
        throw GuestFault.gp();
    }

    boolean hasKvmClock() {
        return (stored.getOrDefault(KVM_SYSTEM_TIME, 0L) & 1) != 0;
    }

    /// `KVM_SET_CLOCK` has changed what the page should say.
    void clockChanged() {
        if (hasKvmClock()) {
            KvmClockPage.systemTime(vcpu, stored.get(KVM_SYSTEM_TIME));
        }
    }

    private static boolean isKvmClock(int index) {
        return index == KVM_WALL_CLOCK || index == KVM_SYSTEM_TIME || index == KVM_WALL_CLOCK_OLD
                || index == KVM_SYSTEM_TIME_OLD;
    }

    private static long apic(java.util.function.LongSupplier access) {
        try {
            return access.getAsLong();
        } catch (IllegalArgumentException refused) {
            return fail();
        }
    }

    void write(int index, long value) {
        switch (index) {
            case TSC -> vcpu.tsc(value);
            case TSC_ADJUST -> {
                vcpu.tsc(vcpu.tsc() + value - tscAdjust);
                tscAdjust = value;
            }
            case EFER -> ControlRegisters.writeEfer(c, value);
            case STAR -> c.msr.star = value;
            case LSTAR -> c.msr.lstar = canonical(value);
            case CSTAR -> c.msr.cstar = canonical(value);
            case FMASK -> c.msr.fmask = value & 0xFFFF_FFFFL;
            case FS_BASE -> base(SegmentRegister.FS, value);
            case GS_BASE -> base(SegmentRegister.GS, value);
            case KERNEL_GS_BASE -> c.msr.kernelGsBase = canonical(value);
            case TSC_AUX -> c.msr.tscAux = value & 0xFFFF_FFFFL;
            case SYSENTER_CS -> c.msr.sysenterCs = value & 0xFFFF_FFFFL;
            case SYSENTER_ESP -> c.msr.sysenterEsp = value << 16 >> 16;
            case SYSENTER_EIP -> c.msr.sysenterEip = value << 16 >> 16;
            default -> writeOther(index, value);
        }
    }

    private static long canonical(long value) {
        return value << 16 >> 16 == value ? value : fail();
    }

    /// Eight bytes, each 0, 1, or 4 to 7.
    private static long memoryTypes(long value) {
        boolean tooHigh = (value & 0xF8F8_F8F8_F8F8_F8F8L) != 0;
        boolean reserved = (value >>> 1 & ~(value >>> 2) & 0x0101_0101_0101_0101L) != 0;
        return tooHigh || reserved ? fail() : value;
    }

    private void base(int segment, long value) {
        c.segment[segment].base = canonical(value);
        c.base[segment] = value;
    }

    private void writeOther(int index, long value) {
        switch (index) {
            case APIC_BASE -> writeApicBase(value);
            case TSC_DEADLINE -> {
                if (vcpu.apic == null) {
                    fail();
                }
                vcpu.apic.tscDeadline(machineDeadline(value));
            }
            case KVM_WALL_CLOCK, KVM_WALL_CLOCK_OLD -> KvmClockPage.wallClock(vcpu, value);
            case KVM_SYSTEM_TIME, KVM_SYSTEM_TIME_OLD -> {
                stored.put(KVM_SYSTEM_TIME, value);
                KvmClockPage.systemTime(vcpu, value);
            }
            case PAT -> stored.put(PAT, memoryTypes(value));
            case 0x49, 0x79, 0x10B -> {
            }
            default -> writeStored(index, value);
        }
        c.budgetEnd();
    }

    /// The timer counts the machine's TSC, the guest its own.
    // tag::deadline[]
    private long machineDeadline(long guest) {
        boolean over = Long.compareUnsigned(guest, vcpu.tsc()) <= 0;
        return guest == 0 ? 0 : over ? 1 : guest - vcpu.tscOffset();
    }
    // end::deadline[]

    private long guestDeadline(long machine) {
        return machine == 0 ? 0 : machine + vcpu.tscOffset();
    }

    private void writeApicBase(long value) {
        if (vcpu.apic == null) {
            apicBase = value;
        } else {
            apic(() -> {
                vcpu.apic.baseMsr(value);
                return 0;
            });
            c.flushTlb();
        }
    }

    private void writeStored(int index, long value) {
        if (index >= X2APIC_FIRST && index <= X2APIC_LAST && vcpu.apic != null) {
            apic(() -> {
                vcpu.apic.writeMsr(index, value);
                return 0;
            });
        } else if (stored.containsKey(index)) {
            stored.put(index, value);
        } else {
            fail();
        }
    }

    // What a monitor writes: state that a guest could not bring about by instructions.

    /// @throws GuestFault if there is no such register, or not with that value
    void writeFromHost(int index, long value) {
        if (index == EFER) {
            restoreEfer(value);
        } else if (index == TSC) {
            vcpu.tscFromHost(value);
        } else if (index == TSC_ADJUST) {
            // The TSC that the host sets has it in it already.
            tscAdjust = value;
        } else if (index != APIC_BASE) {
            write(index, value);
        } else if (!restoreApicBase(value)) {
            fail();
        }
    }

    /// LMA is what CR0 and LME make of it; only `KVM_SET_SREGS` sets all three.
    private void restoreEfer(long value) {
        if (!ControlRegisters.isEfer(value)) {
            fail();
        }
        long lma = ControlRegisters.EFER_LMA;
        ControlRegisters.forceEfer(c, value & ~lma | c.efer & lma);
    }

    /// {@return false, and nothing is changed, if it has reserved bits or is no mode}
    boolean restoreApicBase(long value) {
        boolean hasX2 = (value & X2APIC_ALONE) == 0 || vcpu.cpuid.hasX2Apic();
        if ((value & APIC_BASE_RESERVED) != 0 || (value & APIC_MODE) == X2APIC_ALONE || !hasX2) {
            return false;
        }
        if (vcpu.apic == null) {
            apicBase = value;
        } else {
            vcpu.apic.restoreBaseMsr(value);
        }
        c.flushTlb();
        return true;
    }
}
