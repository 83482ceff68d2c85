package dev.vmexit.softkvm.irqchip;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// The local APIC of one CPU, as its CPU sees it. Every method takes the machine's interrupt lock
/// but [#hasInterrupt], which takes none.
///
/// Left out: SPIV focus processor checking, directed EOI, the CMCI entry; KVM's version of the APIC
/// has none of them either.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 3A, chapter 10 "Advanced Programmable Interrupt Controller (APIC)"
public final class LocalApic {
    private static final int NO_REGISTER = -1;
    private static final int X2APIC_FIRST_MSR = 0x800;
    /// Reserved in the x2APIC's ICR: bits 31:20, 17:16 and 13.
    private static final long X2APIC_ICR_RESERVED = 0xFFF3_2000L;

    final ApicCore core;

    private final IrqChip chip;
    private volatile boolean interrupt;

    LocalApic(IrqChip chip, ApicCore core) {
        this.chip = chip;
        this.core = core;
    }

    /// {@return whether [IrqChip#pendingVector] may find something} Cheap, for the CPU's loop: a
    /// volatile read.
    public boolean hasInterrupt() {
        return interrupt;
    }

    /// Tells the CPU when there is something new.
    // tag::publish[]
    void publish(boolean pending) {
        boolean news = pending && !interrupt;
        interrupt = pending;
        if (news) {
            core.lines().wake();
        }
    }
    // end::publish[]

    public int id() {
        return core.apicId;
    }

    // --- IA32_APIC_BASE ---

    public long baseMsr() {
        return chip.locked(core.mode::base);
    }

    /// A guest's write. An APIC that is disabled forgets its state.
    ///
    /// @throws IllegalArgumentException if that is a #GP: a reserved bit, an invalid transition
    public void baseMsr(long value) {
        chip.locked(() -> {
            core.mode.checkTransition(value);
            core.mode.set(value);
            if (!core.mode.isEnabled()) {
                core.page.set(ApicRegister.ID, 0);
                core.reset();
            }
            core.identify();
        });
    }

    /// A write by the virtual machine monitor (`KVM_SET_SREGS`), from any valid mode to any.
    ///
    /// @throws IllegalArgumentException if the value is not a valid mode
    public void restoreBaseMsr(long value) {
        chip.locked(() -> {
            boolean wasX2 = core.mode.isX2();
            core.mode.set(value);
            if (wasX2 && !core.mode.isX2()) {
                core.page.set(ApicRegister.ID, 0);
                core.page.set(ApicRegister.LDR, 0);
            }
            core.identify();
        });
    }

    // --- xAPIC: a page of registers ---

    /// {@return what the 32 bits at `offset` read} All ones outside xAPIC mode.
    public int read(int offset) {
        return (int) chip.locked(() -> {
            if (!core.mode.isEnabled() || core.mode.isX2()) {
                return NO_REGISTER;
            }
            int within = offset & ApicRegister.SLOT_BYTES - 1;
            int value = readSlot(offset >>> 4);
            return within < Integer.BYTES ? value >>> 8 * within : 0;
        });
    }

    private int readSlot(int slot) {
        ApicRegister register = ApicRegister.inSlot(slot);
        if (register == null || register.access(false) == ApicRegister.Access.NONE) {
            core.illegalRegister();
            return 0;
        }
        return register.access(false).reads() ? core.read(register, slot) : 0;
    }

    /// Writes the 32-bit register at `offset`. Anything else than a register is ignored.
    public void write(int offset, int value) {
        chip.locked(() -> {
            ApicRegister register = ApicRegister.inSlot(offset >>> 4);
            if (!core.mode.isEnabled() || core.mode.isX2()
                    || (offset & ApicRegister.SLOT_BYTES - 1) != 0) {
                return;
            }
            if (register == null || register.access(false) == ApicRegister.Access.NONE) {
                core.illegalRegister();
            } else if (register.access(false).writes()) {
                core.write(register, value);
            }
        });
    }

    // --- x2APIC: MSRs 0x800 … 0x8FF ---

    /// @throws IllegalArgumentException if that is a #GP: not in x2APIC mode, no such register
    public long readMsr(int index) {
        return chip.locked(() -> {
            ApicRegister register = x2Register(index);
            if (!register.access(true).reads()) {
                throw refused(index);
            }
            long value = Integer.toUnsignedLong(core.read(register, index - X2APIC_FIRST_MSR));
            return register == ApicRegister.ICR
                    ? value | (long) core.page.get(ApicRegister.ICR_HIGH) << 32
                    : value;
        });
    }

    /// @throws IllegalArgumentException if that is a #GP: not in x2APIC mode, no such register, a
    /// reserved bit of TPR, EOI, ESR, ICR or SELF IPI, or of the upper half
    public void writeMsr(int index, long value) {
        chip.locked(() -> {
            ApicRegister register = x2Register(index);
            if (!register.access(true).writes() || (value & reserved(register)) != 0) {
                throw refused(index);
            }
            if (register == ApicRegister.ICR) {
                core.write(ApicRegister.ICR_HIGH, (int) (value >>> 32));
            }
            core.write(register, (int) value);
        });
    }

    /// Reserved bits set in a WRMSR are a #GP; in the LVT and SVR they are dropped,
    /// as in KVM.
    private static long reserved(ApicRegister register) {
        return switch (register) {
            case ICR -> X2APIC_ICR_RESERVED;
            case EOI, ESR -> -1L;
            case TPR, SELF_IPI -> ~0xFFL;
            default -> 0xFFFF_FFFFL << 32;
        };
    }

    private ApicRegister x2Register(int index) {
        ApicRegister register = ApicRegister.inSlot(index - X2APIC_FIRST_MSR);
        if (register == null || !core.mode.isX2()) {
            throw refused(index);
        }
        return register;
    }

    private static IllegalArgumentException refused(int index) {
        return new IllegalArgumentException("no such access to MSR " + Integer.toHexString(index));
    }

    // --- Beside the page ---

    /// {@return the task priority: CR8 << 4}
    public int tpr() {
        return (int) chip.locked(() -> core.page.get(ApicRegister.TPR));
    }

    public void tpr(int value) {
        chip.locked(() -> core.write(ApicRegister.TPR, value));
    }

    public long tscDeadline() {
        return chip.locked(() -> core.timer.tscDeadline());
    }

    /// A write to `IA32_TSC_DEADLINE`: 0 disarms, a time that has passed fires at once.
    public void tscDeadline(long tsc) {
        chip.locked(() -> {
            core.timer.tscDeadline(tsc);
            chip.expire(core);
        });
    }

    /// The counters of the CPU overflowed: the LVT entry says who hears of it, and masks itself.
    public void performanceInterrupt() {
        chip.locked(() -> core.local(ApicRegister.LVT_PERFORMANCE));
    }

    /// The CPU's LINT1 pin, to which a PC wires NMI.
    public void lint1() {
        chip.locked(() -> core.local(ApicRegister.LVT_LINT1));
    }

    /// INIT: the registers go back to their first state; mode and id stay.
    public void reset() {
        chip.locked(core::reset);
    }

    // --- struct kvm_lapic_state ---

    /// @param regs1024 receives 1024 bytes
    public void getState(MemorySegment regs1024) {
        chip.locked(() -> {
            core.page.set(ApicRegister.PPR, core.processorPriority());
            core.page.set(ApicRegister.CURRENT_COUNT, core.timer.currentCount());
            var state = regs1024.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            core.page.save(state);
            state.putInt(ApicRegister.ID.offset(), savedId());
        });
    }

    /// Without 32-bit ids the format has eight bits for the id, at the top, in both modes.
    private int savedId() {
        int id = core.page.get(ApicRegister.ID);
        return core.mode.isX2() && !chip.has32BitIds() ? id << 24 : id;
    }

    /// A count that ran goes on from where it was saved; a TSC deadline has to be set again. In
    /// x2APIC mode the ids are the hardware's, whatever the state says.
    ///
    /// @param regs1024 1024 bytes
    public void setState(MemorySegment regs1024) {
        chip.locked(() -> {
            core.page.load(regs1024.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
            core.page.set(ApicRegister.VERSION, ApicCore.VERSION_KVM);
            if (core.mode.isX2()) {
                core.identify();
            }
            core.timer.resume(core.page.get(ApicRegister.CURRENT_COUNT));
            core.stale = true;
        });
    }
}
