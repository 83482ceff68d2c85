package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.DebugRegisters;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Mode;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// Control registers, MSRs, interrupt flag, time, identification.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "MOV—Move to/from Control Registers" and the
///       others by name
public final class SystemOps {
    private SystemOps() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("CLI", SystemOps::cli);
        actions.put("STI", SystemOps::sti);
        actions.put("CLAC", (c, i) -> accessCheck(c, false));
        actions.put("STAC", (c, i) -> accessCheck(c, true));
        actions.put("HLT", (c, i) -> c.outside.halt());
        actions.put("CLTS", (c, i) -> ControlRegisters.forceCr0(c,
                c.cr0 & ~ControlRegisters.CR0_TS));
        actions.put("MOV_FROM_CR", SystemOps::fromControl);
        actions.put("MOV_TO_CR", SystemOps::toControl);
        actions.put("MOV_FROM_DR", (c, i) -> c.r[i.rm] = DebugRegisters.read(c, i.reg));
        actions.put("MOV_TO_DR", (c, i) -> DebugRegisters.write(c, i.reg, c.r[i.rm]));
        actions.put("SMSW", SystemOps::smsw);
        actions.put("LMSW", SystemOps::lmsw);
        actions.put("INVLPG", SystemOps::invlpg);
        actions.put("INVPCID", (c, i) -> c.flushTlb());
        actions.put("CPUID", (c, i) -> c.outside.cpuid(c));
        actions.put("VMCALL", (c, i) -> c.outside.hypercall(c));
        bindMsrs(actions);
        bindTime(actions);
    }

    private static void bindMsrs(Map<String, Action> actions) {
        actions.put("RDMSR", (c, i) -> split(c, c.outside.readMsr((int) c.r[Cpu.RCX])));
        actions.put("WRMSR", (c, i) -> c.outside.writeMsr((int) c.r[Cpu.RCX],
                c.r[Cpu.RAX] & 0xFFFF_FFFFL | c.r[Cpu.RDX] << 32));
        actions.put("XGETBV", SystemOps::xgetbv);
        actions.put("XSETBV", SystemOps::xsetbv);
        actions.put("SWAPGS", SystemOps::swapgs);
        actions.put("RDFSBASE", (c, i) -> readBase(c, i, SegmentRegister.FS));
        actions.put("RDGSBASE", (c, i) -> readBase(c, i, SegmentRegister.GS));
        actions.put("WRFSBASE", (c, i) -> writeBase(c, i, SegmentRegister.FS));
        actions.put("WRGSBASE", (c, i) -> writeBase(c, i, SegmentRegister.GS));
    }

    private static void bindTime(Map<String, Action> actions) {
        actions.put("RDTSC", (c, i) -> {
            requireTime(c);
            split(c, c.outside.tsc());
        });
        actions.put("RDTSCP", (c, i) -> {
            requireTime(c);
            split(c, c.outside.tsc());
            c.r[Cpu.RCX] = c.msr.tscAux & 0xFFFF_FFFFL;
        });
        actions.put("RDPMC", (c, i) -> {
            throw GuestFault.gp();
        });
        actions.put("RDRAND", SystemOps::random);
        actions.put("RDSEED", SystemOps::random);
    }

    private static void requireTime(Cpu c) {
        if (c.cpl > 0 && (c.cr4 & ControlRegisters.CR4_TSD) != 0) {
            throw GuestFault.gp();
        }
    }

    static void split(Cpu c, long value) {
        c.r[Cpu.RAX] = value & 0xFFFF_FFFFL;
        c.r[Cpu.RDX] = value >>> 32;
    }

    private static void cli(Cpu c, Insn i) {
        if (c.cpl > c.iopl() && c.protectedMode()) {
            throw GuestFault.gp();
        }
        c.systemFlags &= ~Flags.IF;
    }

    private static void sti(Cpu c, Insn i) {
        if (c.cpl > c.iopl() && c.protectedMode()) {
            throw GuestFault.gp();
        }
        if (!c.flag(Flags.IF)) {
            c.systemFlags |= Flags.IF;
            c.shadow = true;
            c.budgetEnd();
        }
    }

    /// Unlike other privileged instructions these are undefined outside ring 0.
    private static void accessCheck(Cpu c, boolean open) {
        if (c.cpl != 0) {
            throw GuestFault.ud();
        }
        c.systemFlags = open ? c.systemFlags | Flags.AC : c.systemFlags & ~Flags.AC;
        Mode.selectTlb(c);
    }

    private static void fromControl(Cpu c, Insn i) {
        c.r[i.rm] = switch (i.reg) {
            case 0 -> c.cr0;
            case 2 -> c.cr2;
            case 3 -> c.cr3;
            case 4 -> c.cr4;
            case 8 -> c.outside.cr8();
            default -> throw GuestFault.ud();
        };
    }

    private static void toControl(Cpu c, Insn i) {
        long value = i.long64 ? c.r[i.rm] : c.r[i.rm] & 0xFFFF_FFFFL;
        switch (i.reg) {
            case 0 -> ControlRegisters.writeCr0(c, value);
            case 2 -> c.cr2 = value;
            case 3 -> ControlRegisters.writeCr3(c, value);
            case 4 -> ControlRegisters.writeCr4(c, value);
            case 8 -> {
                if (value >>> 4 != 0) {
                    throw GuestFault.gp();
                }
                c.outside.cr8((int) value);
                c.budgetEnd();
            }
            default -> throw GuestFault.ud();
        }
    }

    static void requireUmip(Cpu c) {
        if (c.cpl > 0 && (c.cr4 & ControlRegisters.CR4_UMIP) != 0) {
            throw GuestFault.gp();
        }
    }

    private static void smsw(Cpu c, Insn i) {
        requireUmip(c);
        i = i.dst == Insn.MEM ? Descriptors.asWord(i) : i;
        Access.result(c, i, c.cr0);
    }

    private static void lmsw(Cpu c, Insn i) {
        long low = Access.destination(c, i) & 15;
        long pe = c.cr0 & ControlRegisters.CR0_PE;
        ControlRegisters.writeCr0(c, c.cr0 & ~15L | low | pe);
    }

    private static void invlpg(Cpu c, Insn i) {
        long at = Access.effective(c, i) + c.base[i.segment];
        c.flushTlbPage(c.longMode ? at : at & 0xFFFF_FFFFL);
    }

    private static void xgetbv(Cpu c, Insn i) {
        requireXsave(c);
        if ((int) c.r[Cpu.RCX] != 0) {
            throw GuestFault.gp();
        }
        split(c, c.xcr0);
    }

    static void requireXsave(Cpu c) {
        if ((c.cr4 & ControlRegisters.CR4_OSXSAVE) == 0) {
            throw GuestFault.ud();
        }
    }

    private static void xsetbv(Cpu c, Insn i) {
        requireXsave(c);
        long value = c.r[Cpu.RAX] & 0xFFFF_FFFFL | c.r[Cpu.RDX] << 32;
        if ((int) c.r[Cpu.RCX] != 0 || (value & ~3) != 0 || (value & 1) == 0) {
            throw GuestFault.gp();
        }
        c.xcr0 = value;
    }

    private static void swapgs(Cpu c, Insn i) {
        SegmentRegister gs = c.segment[SegmentRegister.GS];
        long base = gs.base;
        gs.base = c.msr.kernelGsBase;
        c.msr.kernelGsBase = base;
        c.base[SegmentRegister.GS] = gs.base;
    }

    private static void requireBase(Cpu c) {
        if ((c.cr4 & ControlRegisters.CR4_FSGSBASE) == 0) {
            throw GuestFault.ud();
        }
    }

    private static void readBase(Cpu c, Insn i, int segment) {
        requireBase(c);
        Access.result(c, i, c.segment[segment].base);
    }

    private static void writeBase(Cpu c, Insn i, int segment) {
        requireBase(c);
        long value = Access.truncate(Access.destination(c, i), i.size);
        if (value << 16 >> 16 != value) {
            throw GuestFault.gp();
        }
        c.segment[segment].base = value;
        c.base[segment] = value;
    }

    private static void random(Cpu c, Insn i) {
        Access.result(c, i, c.outside.random());
        Flags.setArithmetic(c, Flags.CF);
    }
}
