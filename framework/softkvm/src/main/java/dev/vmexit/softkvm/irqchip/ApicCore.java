package dev.vmexit.softkvm.irqchip;

import static dev.vmexit.softkvm.irqchip.ApicRegister.DFR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.ESR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.ICR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.ICR_HIGH;
import static dev.vmexit.softkvm.irqchip.ApicRegister.ID;
import static dev.vmexit.softkvm.irqchip.ApicRegister.IRR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.ISR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LDR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LVT_ERROR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LVT_LINT0;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LVT_LINT1;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LVT_PERFORMANCE;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LVT_THERMAL;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LVT_TIMER;
import static dev.vmexit.softkvm.irqchip.ApicRegister.PPR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.SVR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.TMR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.TPR;
import static dev.vmexit.softkvm.irqchip.ApicRegister.VERSION;

/// What a local APIC does with its registers: priorities, acceptance, EOI, the local vector table.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.8 "Handling Interrupts"
final class ApicCore {
    /// Version 0x14 with six LVT entries, as KVM says.
    static final int VERSION_KVM = 0x0005_0014;
    static final int LVT_MASKED = 1 << 16;

    private static final int SVR_ENABLE = 1 << 8;
    private static final int ESR_SEND_ILLEGAL_VECTOR = 1 << 5;
    private static final int ESR_RECEIVE_ILLEGAL_VECTOR = 1 << 6;
    private static final int ESR_ILLEGAL_REGISTER = 1 << 7;
    private static final int FIRST_LEGAL_VECTOR = 16;
    private static final int ICR_WRITABLE = 0x000C_CFFF;
    private static final int ICR_ASSERT = 1 << 14;
    private static final int ICR_LEVEL = 1 << 15;
    private static final ApicRegister[] LVT = {
            LVT_TIMER, LVT_THERMAL, LVT_PERFORMANCE, LVT_LINT0, LVT_LINT1, LVT_ERROR};

    final int apicId;
    final ApicPage page = new ApicPage();
    final ApicTimer timer;
    final ApicMode mode;

    /// How often lowest-priority arbitration has chosen this APIC.
    long arbitrations;
    /// Whether something changed that [IrqChip] has not told the CPU yet.
    boolean stale = true;

    private final ApicBus bus;
    private final CpuLines lines;
    private int pendingErrors;

    ApicCore(int apicId, CpuLines lines, ApicBus bus) {
        this.apicId = apicId;
        this.lines = lines;
        this.bus = bus;
        this.mode = new ApicMode(apicId == 0);
        this.timer = new ApicTimer(bus.clock(), page);
        reset();
    }

    CpuLines lines() {
        return lines;
    }

    /// The state after INIT; mode and ids stay.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.4.7.1 "Local APIC State After Power-Up or Reset"
    void reset() {
        int id = page.get(ID);
        page.clear();
        page.set(ID, id);
        timer.cancel();
        pendingErrors = 0;
        page.set(VERSION, VERSION_KVM);
        page.set(DFR, -1);
        page.set(SVR, 0xFF);
        for (ApicRegister entry : LVT) {
            page.set(entry, LVT_MASKED);
        }
        if (mode.isBootCpu()) {
            // The firmware's virtual wire mode: the 8259s reach the boot CPU from the start.
            page.set(LVT_LINT0, DeliveryMode.EXTINT.ordinal() << 8);
        }
        identify();
        stale = true;
    }

    /// In x2APIC mode the ids follow from the hardware; in xAPIC mode only after a reset.
    void identify() {
        if (mode.isX2()) {
            page.set(ID, apicId);
            page.set(LDR, apicId >>> 4 << 16 | 1 << (apicId & 0xF));
        } else if (page.get(ID) == 0) {
            page.set(ID, apicId << 24);
        }
        stale = true;
    }

    // --- Reading and writing ---

    int read(ApicRegister register, int slot) {
        return switch (register) {
            case PPR -> processorPriority();
            case CURRENT_COUNT -> timer.currentCount();
            default -> page.get(slot);
        };
    }

    /// Writes a register that is writable in the present mode. Reserved bits are dropped.
    void write(ApicRegister register, int value) {
        stale = true;
        switch (register) {
            case ID, LDR, ICR_HIGH -> page.set(register, mode.isX2() ? value : value & 0xFF00_0000);
            case TPR -> page.set(TPR, value & 0xFF);
            case EOI -> endOfInterrupt();
            case DFR -> page.set(DFR, value | 0x0FFF_FFFF);
            case SVR -> spuriousVector(value & 0x3FF);
            case ESR -> latchErrors();
            case ICR -> send(value & ICR_WRITABLE);
            case SELF_IPI -> deliver(DeliveryMode.FIXED, value & 0xFF, false);
            case LVT_TIMER -> timer.lvt(masking(value & 0x7_00FF));
            case LVT_THERMAL, LVT_PERFORMANCE -> page.set(register, masking(value & 0x1_07FF));
            case LVT_LINT0, LVT_LINT1 -> page.set(register, masking(value & 0x1_A7FF));
            case LVT_ERROR -> page.set(LVT_ERROR, masking(value & 0x1_00FF));
            case INITIAL_COUNT -> timer.start(value);
            case DIVIDE -> timer.divide(value & 0xB);
            case VERSION, APR, PPR, RRD, ISR, TMR, IRR, CURRENT_COUNT -> {
            }
        }
    }

    /// A guest touched a register that is not there.
    void illegalRegister() {
        error(ESR_ILLEGAL_REGISTER);
    }

    boolean isSoftwareEnabled() {
        return (page.get(SVR) & SVR_ENABLE) != 0;
    }

    /// "The mask bits for all the LVT entries are set. Attempts to reset these bits will be
    /// ignored."
    ///
    /// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.4.7.2 "Local APIC State After It Has Been Software Disabled"
    private void spuriousVector(int value) {
        page.set(SVR, value);
        if (!isSoftwareEnabled()) {
            timer.lvt(masking(page.get(LVT_TIMER)));
            for (ApicRegister entry : LVT) {
                page.set(entry, masking(page.get(entry)));
            }
        }
    }

    private int masking(int entry) {
        return isSoftwareEnabled() ? entry : entry | LVT_MASKED;
    }

    private void latchErrors() {
        page.set(ESR, pendingErrors);
        pendingErrors = 0;
    }

    /// An error that is pending already is not told twice, so that an illegal vector in the error's
    /// own LVT entry ends here.
    private void error(int bit) {
        if ((pendingErrors & bit) == 0) {
            pendingErrors |= bit;
            local(LVT_ERROR);
        }
    }

    // --- Sending ---

    private void send(int command) {
        page.set(ICR, command);
        int to = page.get(ICR_HIGH);
        Message message = Message.of(command, mode.isX2() ? to : Message.of8Bits(to >>> 24));
        if (message.mode() == DeliveryMode.INIT && (command & ICR_LEVEL) != 0
                && (command & ICR_ASSERT) == 0) {
            return; // INIT level de-assert is for processors older than the Pentium 4
        }
        if (isVectored(message.mode()) && message.vector() < FIRST_LEGAL_VECTOR) {
            error(ESR_SEND_ILLEGAL_VECTOR);
            return;
        }
        switch (command >> 18 & 3) {
            case 0 -> bus.deliver(message);
            case 1 -> deliver(message.mode(), message.vector(), message.level());
            case 2 -> bus.deliver(message, _ -> true);
            default -> bus.deliver(message, other -> other != this);
        }
    }

    private static boolean isVectored(DeliveryMode mode) {
        return mode == DeliveryMode.FIXED || mode == DeliveryMode.LOWEST_PRIORITY;
    }

    // --- Receiving ---

    /// {@return whether the message was accepted}
    boolean deliver(DeliveryMode how, int vector, boolean level) {
        if (!mode.isEnabled()) {
            return false;
        }
        return switch (how) {
            case FIXED, LOWEST_PRIORITY -> isSoftwareEnabled() && request(vector, level);
            case NMI -> pulse(lines::nmi);
            case SMI -> pulse(lines::smi);
            case INIT -> pulse(lines::init);
            case STARTUP -> pulse(() -> lines.startup(vector));
            // An ExtINT is a request to ask the 8259s; theirs is a line, which LINT0 sees.
            case EXTINT, RESERVED -> false;
        };
    }

    private static boolean pulse(Runnable line) {
        line.run();
        return true;
    }

    private boolean request(int vector, boolean level) {
        if (vector < FIRST_LEGAL_VECTOR) {
            error(ESR_RECEIVE_ILLEGAL_VECTOR);
            return false;
        }
        page.put(IRR, vector, true);
        page.put(TMR, vector, level);
        stale = true;
        return true;
    }

    /// Something at this CPU wants the interrupt that its LVT entry describes.
    void local(ApicRegister entry) {
        int value = page.get(entry);
        if ((value & LVT_MASKED) != 0) {
            return;
        }
        boolean hasMode = entry != LVT_TIMER && entry != LVT_ERROR;
        DeliveryMode how = hasMode ? DeliveryMode.of(value) : DeliveryMode.FIXED;
        if (how != DeliveryMode.STARTUP && how != DeliveryMode.LOWEST_PRIORITY) {
            deliver(how, value & 0xFF, false);
        }
        if (entry == LVT_PERFORMANCE) {
            page.set(entry, value | LVT_MASKED);
        }
    }

    /// {@return whether the 8259s' INTR line reaches this CPU}
    boolean acceptsExtInt() {
        if (!mode.isEnabled()) {
            return mode.isBootCpu();
        }
        int entry = page.get(LVT_LINT0);
        return (entry & LVT_MASKED) == 0 && DeliveryMode.of(entry) == DeliveryMode.EXTINT;
    }

    // --- Priorities ---

    // tag::priorities[]
    int processorPriority() {
        int inService = Math.max(0, page.highest(ISR)) & 0xF0;
        int task = page.get(TPR);
        return (task & 0xF0) >= inService ? task : inService;
    }

    /// {@return the vector the CPU would be given now, or -1} What was accepted before the software
    /// disabled the APIC is still delivered.
    int deliverable() {
        int vector = mode.isEnabled() ? page.highest(IRR) : -1;
        return (vector & 0xF0) > (processorPriority() & 0xF0) && vector >= 0 ? vector : -1;
    }

    void acknowledge(int vector) {
        page.put(IRR, vector, false);
        page.put(ISR, vector, true);
        stale = true;
    }
    // end::priorities[]

    // tag::eoi[]
    private void endOfInterrupt() {
        int vector = page.highest(ISR);
        if (vector >= 0) {
            page.put(ISR, vector, false);
            if (page.test(TMR, vector)) {
                bus.endOfInterrupt(vector);
            }
        }
    }
    // end::eoi[]
}
