package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.DescriptorTable;
import dev.vmexit.softkvm.cpu.Mode;
import dev.vmexit.softkvm.cpu.SegmentRegister;

/// `struct kvm_regs`, `struct kvm_sregs`, `struct kvm_debugregs`.
///
/// ```
///  kvm_regs   rax rbx rcx rdx rsi rdi rsp rbp r8 … r15 rip rflags                        144 bytes
///  kvm_sregs  cs ds es fs gs ss tr ldt (24 each) gdt idt (16 each) cr0 cr2 cr3 cr4 cr8
///             efer apic_base interrupt_bitmap[4]                                         312 bytes
/// ```
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.11, 4.13, 4.31
final class RegisterStructs {
    /// The numbers that the hardware gives the registers, in the order of `kvm_regs`.
    private static final int[] ORDER = {Cpu.RAX, Cpu.RBX, Cpu.RCX, Cpu.RDX, Cpu.RSI, Cpu.RDI,
            Cpu.RSP, Cpu.RBP, 8, 9, 10, 11, 12, 13, 14, 15};
    private static final int[] SEGMENTS = {SegmentRegister.CS, SegmentRegister.DS,
            SegmentRegister.ES, SegmentRegister.FS, SegmentRegister.GS, SegmentRegister.SS,
            SegmentRegister.TR, SegmentRegister.LDTR};

    private RegisterStructs() {}

    static long getRegs(Cpu c, long address) {
        Wire out = Wire.at(address, 144);
        for (int n : ORDER) {
            out.u64(c.r[n]);
        }
        out.u64(c.rip).u64(c.eflags());
        return 0;
    }

    static long setRegs(Cpu c, long address) {
        Wire in = Wire.at(address, 144);
        for (int n : ORDER) {
            c.r[n] = in.i64();
        }
        c.rip = in.i64();
        c.eflags(in.i64());
        Mode.update(c);
        return 0;
    }

    static long getSregs(Vcpu v, long address) {
        Cpu c = v.cpu;
        Wire out = Wire.at(address, 312);
        for (int n : SEGMENTS) {
            getSegment(out, c.segment[n]);
        }
        getTable(out, c.gdtr);
        getTable(out, c.idtr);
        out.u64(c.cr0).u64(c.cr2).u64(c.cr3).u64(c.cr4).u64(v.outside.cr8()).u64(c.efer);
        out.u64(v.msrs.read(VcpuMsrs.APIC_BASE)).zero(32);
        int waiting = v.events.interrupt;
        if (waiting >= 0) {
            out.seek(280 + waiting / 64 * 8).u64(1L << waiting);
        }
        return 0;
    }

    /// base, limit, selector, type, present, dpl, db, s, l, g, avl, unusable, padding.
    private static void getSegment(Wire out, SegmentRegister s) {
        out.u64(s.base).u32(s.limit).u16(s.selector).u8(s.type).u8(s.present).u8(s.dpl).u8(s.db)
                .u8(s.s).u8(s.l).u8(s.g).u8(s.avl).u8(s.unusable).u8(0);
    }

    private static void getTable(Wire out, DescriptorTable t) {
        out.u64(t.base).u16(t.limit).zero(6);
    }

    static long setSregs(Vcpu v, long address) {
        Cpu c = v.cpu;
        Wire control = Wire.at(address, 312).seek(224);
        long cr0 = control.i64();
        long cr2 = control.i64();
        long cr3 = control.i64();
        long cr4 = control.i64();
        int cr8 = (int) control.i64();
        long efer = control.i64();
        long apicBase = control.i64();
        checkControl(cr0, cr4, efer, address);
        setApicBase(v, apicBase);
        Wire in = Wire.at(address, 312);
        for (int n : SEGMENTS) {
            setSegment(in, c.segment[n]);
        }
        setTable(in, c.gdtr);
        setTable(in, c.idtr);
        c.cr2 = cr2;
        c.cr3 = cr3;
        c.efer = efer;
        c.cr4 = cr4;
        c.cr0 = cr0 | ControlRegisters.CR0_ET;
        c.flushTlb();
        Mode.update(c);
        v.outside.cr8(cr8 & 15);
        setWaiting(v, Wire.at(address, 312).seek(280));
        return 0;
    }

    private static void setApicBase(Vcpu v, long value) {
        if (v.msrs.read(VcpuMsrs.APIC_BASE) != value && !v.msrs.restoreApicBase(value)) {
            throw new KvmError(Errno.EINVAL);
        }
    }

    /// The combinations that no CPU can be in.
    private static void checkControl(long cr0, long cr4, long efer, long address) {
        boolean paging = (cr0 & ControlRegisters.CR0_PG) != 0;
        boolean lma = (efer & ControlRegisters.EFER_LMA) != 0;
        boolean lme = (efer & ControlRegisters.EFER_LME) != 0;
        boolean pae = (cr4 & ControlRegisters.CR4_PAE) != 0;
        boolean cs64 = Wire.at(address, 24).seek(19).u8() != 0;
        boolean bad = paging && (cr0 & ControlRegisters.CR0_PE) == 0 || lme && paging && !pae
                || lme && paging && !lma || (!lme || !paging) && (lma || cs64)
                || !ControlRegisters.isCr0(cr0) || !ControlRegisters.isCr4(cr4);
        if (bad) {
            throw new KvmError(Errno.EINVAL);
        }
    }

    private static void setSegment(Wire in, SegmentRegister s) {
        s.base = in.i64();
        s.limit = in.u32();
        s.selector = in.u16();
        s.type = in.u8() & 15;
        s.present = in.u8() != 0;
        s.dpl = in.u8() & 3;
        s.db = in.u8() != 0;
        s.s = in.u8() != 0;
        s.l = in.u8() != 0;
        s.g = in.u8() != 0;
        s.avl = in.u8() != 0;
        s.unusable = in.u8() != 0 || !s.present;
        in.skip(1);
    }

    private static void setTable(Wire in, DescriptorTable t) {
        t.base = in.i64();
        t.limit = in.u16();
        in.skip(6);
    }

    private static void setWaiting(Vcpu v, Wire bitmap) {
        for (int word = 0; word < 4; word++) {
            long bits = bitmap.i64();
            if (bits != 0) {
                v.events.interrupt = word * 64 + Long.numberOfTrailingZeros(bits);
                return;
            }
        }
    }

    /// `struct kvm_debugregs`: db[4], dr6, dr7, flags, reserved.
    static long getDebugRegs(Cpu c, long address) {
        Wire out = Wire.at(address, 128);
        for (int n = 0; n < 4; n++) {
            out.u64(c.dr[n]);
        }
        out.u64(c.dr[6]).u64(c.dr[7]).zero(80);
        return 0;
    }

    static long setDebugRegs(Cpu c, long address) {
        Wire in = Wire.at(address, 128);
        long dr6 = in.seek(32).i64();
        long dr7 = in.i64();
        long flags = in.i64();
        if (flags != 0 || dr6 >>> 32 != 0 || dr7 >>> 32 != 0) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        in.seek(0);
        for (int n = 0; n < 4; n++) {
            c.dr[n] = in.i64();
        }
        c.dr[6] = dr6;
        c.dr[7] = dr7;
        return 0;
    }
}
