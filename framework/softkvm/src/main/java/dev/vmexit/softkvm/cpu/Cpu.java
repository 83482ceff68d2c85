package dev.vmexit.softkvm.cpu;

import dev.vmexit.softkvm.fp.MxCsr;
import dev.vmexit.softkvm.ram.GuestMemory;

/// The registers of one CPU, and what is derived from them.
///
/// Fields, not accessors: every instruction's semantics and the translated code read and write them
/// directly. They belong to the thread that is in `KVM_RUN`; while no thread is, to the caller of
/// the `ioctl`s.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 3.4 Basic Program Execution Registers
public final class Cpu {
    public static final int RAX = 0;
    public static final int RCX = 1;
    public static final int RDX = 2;
    public static final int RBX = 3;
    public static final int RSP = 4;
    public static final int RBP = 5;
    public static final int RSI = 6;
    public static final int RDI = 7;
    /// Index of a register that is always 0: the base or index of an address that has none.
    public static final int NONE = 16;

    // tag::registers[]
    public final long[] r = new long[17];
    public long rip;
    public long flagResult = 1;
    public long flagAux;
    /// EFLAGS without the six arithmetic flags, which are in the two words above: see [Flags].
    public int systemFlags;
    // end::registers[]

    /// ES, CS, SS, DS, FS, GS, LDTR, TR.
    public final SegmentRegister[] segment = new SegmentRegister[8];
    /// What is added to an offset in each of the first six: 0 for ES to DS in 64-bit code.
    public final long[] base = new long[6];
    public final DescriptorTable gdtr = new DescriptorTable();
    public final DescriptorTable idtr = new DescriptorTable();

    public long cr0 = ControlRegisters.CR0_ET | ControlRegisters.CR0_NW | ControlRegisters.CR0_CD;
    public long cr2;
    public long cr3;
    public long cr4;
    public long efer;
    public final long[] dr = {0, 0, 0, 0, 0, 0, 0xFFFF_0FF0L, 0x400};
    public final Vectors vectors = new Vectors();
    public final MxCsr mxcsr = new MxCsr();
    public final X87State x87 = new X87State();
    public long xcr0 = 1;
    public final MsrFile msr = new MsrFile();

    // Derived by Mode.update whenever one of their sources changes.
    public int cpl;
    /// 2, 4 or 8: the default operand (2, 4) and address (2, 4, 8) size of the code segment.
    public int codeSize = 2;
    /// 2, 4 or 8: how much of RSP is the stack pointer.
    public int stackSize = 2;
    public boolean longMode;
    /// Not long mode's 64-bit code: offsets are checked against segments.
    public boolean segmented = true;

    public final Tlb tlb = new Tlb();
    public final PageWalk walk = new PageWalk();
    public final GuestMemory memory;
    public final Outside outside;

    /// Instructions left until the main loop looks at the world again.
    public long budget;
    /// What `budget` was at the start of this slice.
    public long slice;
    /// Completed before this slice.
    public long instructions;
    /// Interrupts wait until one more instruction is done: after `STI`, `MOV SS`, `POP SS`.
    public boolean shadow;
    /// A debugger outside set this guest's `INT3`s.
    public boolean breakpointsExit;
    /// The instruction at hand left the straight line: a repeated string, a written code page.
    public boolean blockBroken;
    /// Translated code is running: a write into its own page must come back as [InterpretThis].
    public boolean translated;
    public final CodeView code = new CodeView();
    /// For translated code. Null where nothing is translated.
    public Calls calls;
    public boolean nmiBlocked;

    public Cpu(GuestMemory memory, Outside outside) {
        this.memory = memory;
        this.outside = outside;
        for (int i = 0; i < segment.length; i++) {
            segment[i] = new SegmentRegister();
        }
        Reset.powerUp(this);
    }

    public long eflags() {
        return Integer.toUnsignedLong(systemFlags | Flags.arithmetic(this) | Flags.ALWAYS_ONE);
    }

    public void eflags(long value) {
        systemFlags = (int) value & ~(Flags.ARITHMETIC | Flags.ALWAYS_ONE);
        Flags.setArithmetic(this, (int) value);
    }

    public boolean flag(int flag) {
        return (systemFlags & flag) != 0;
    }

    public int iopl() {
        return systemFlags >> 12 & 3;
    }

    public boolean protectedMode() {
        return (cr0 & ControlRegisters.CR0_PE) != 0;
    }

    public boolean virtual8086() {
        return (systemFlags & Flags.VM) != 0;
    }

    /// Protected mode proper: descriptors count, neither real nor virtual-8086.
    public boolean usesDescriptors() {
        return protectedMode() && !virtual8086();
    }

    public boolean is64() {
        return codeSize == 8;
    }

    /// {@return `address` as wide as this code's instruction pointer}
    public long truncateIp(long address) {
        return codeSize == 8 ? address : codeSize == 4 ? address & 0xFFFF_FFFFL : address & 0xFFFF;
    }

    /// Makes the main loop look at the world after this block.
    // tag::budget-end[]
    public void budgetEnd() {
        long unused = Math.max(budget, 0);
        slice -= unused;
        budget -= unused;
    }
    // end::budget-end[]

    /// {@return instructions completed since power-up, at a block's end}
    public long executed() {
        return instructions + slice - budget;
    }

    /// Starts counting down anew.
    public void newSlice(long size) {
        instructions = executed();
        slice = size;
        budget = size;
    }

    /// RIP has gone where no block leads: only the main loop can find what comes next.
    public void codeChanged() {
        blockBroken = true;
    }

    public void flushTlb() {
        tlb.flush();
        code.forgetAll();
    }

    /// As a new CR3 does: global pages stay.
    void flushLocalTlb() {
        tlb.flushLocal();
        code.forgetLocal();
    }

    /// As `INVLPG` does, global or not.
    public void flushTlbPage(long linear) {
        tlb.flushPage(linear);
        code.forgetPage(linear);
    }
}
