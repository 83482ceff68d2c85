package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.ExitToUser;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Interrupts;
import dev.vmexit.softkvm.cpu.NonCanonical;
import dev.vmexit.softkvm.cpu.Reset;
import dev.vmexit.softkvm.cpu.Unsupported;
import dev.vmexit.softkvm.irqchip.IrqChip;
import java.util.concurrent.locks.LockSupport;

/// `KVM_RUN`: let time pass, deliver what waits, run a slice of instructions; again.
///
/// ```
///  a signal? ──► EINTR          INIT, SIPI, NMI, timers, interrupts ──► into the guest
///      │                                       │
///      └──── exits queued? ◄── slice of instructions ◄┘
/// ```
final class VcpuLoop {
    /// Instructions between two looks at the world: some tens of microseconds.
    // tag::slice-size[]
    private static final int SLICE = 20_000;
    // end::slice-size[]
    private static final int RETURN_TO_USER = 1;
    private static final int GO_ON = 0;

    private final Vcpu v;
    private final Cpu c;
    private final Stepper stepper;
    /// The exception at hand is a monitor's, who does not want it back.
    private boolean injected;

    VcpuLoop(Vcpu vcpu) {
        this.v = vcpu;
        this.c = vcpu.cpu;
        this.stepper = new Stepper(vcpu);
    }

    long run() {
        if (!v.vm.memory.code.reported()) {
            c.code.doubtContents();
        }
        if (v.apic == null) {
            v.cr8 = (int) v.page.cr8() & 15;
        }
        try {
            long result = untilExit();
            describeState();
            return result;
        } finally {
            v.leaveGuest();
        }
    }

    private long untilExit() {
        boolean first = true;
        while (true) {
            if (!v.outside.exits.isEmpty()) {
                v.outside.exits.poll().run();
                countExit();
                return 0;
            }
            boolean between = !v.outside.awaitsAnswer();
            if (between && interrupted(first)) {
                v.page.exit(RunPage.EXIT_INTR);
                return -Errno.EINTR.number();
            }
            // An instruction that had its answer is completed even by a run that executes nothing.
            first &= !between;
            if (turn() == RETURN_TO_USER) {
                countExit();
                return 0;
            }
        }
    }

    private boolean interrupted(boolean first) {
        return v.takeSignal() || first && v.page.immediateExit();
    }

    private void countExit() {
        v.vm.kernel.statistics().count("exit " + v.page.exitReason());
    }

    /// One look at the world and one slice.
    private int turn() {
        v.enterGuest();
        try {
            if (v.outside.awaitsAnswer()) {
                finishInstruction();
                return GO_ON;
            }
            if (!ready()) {
                return GO_ON;
            }
            if (v.page.wantsInterruptWindow() && v.apic == null && windowOpen()) {
                v.page.exit(RunPage.EXIT_IRQ_WINDOW_OPEN);
                return RETURN_TO_USER;
            }
            slice();
            return GO_ON;
        } catch (ExitToUser exit) {
            return RETURN_TO_USER;
        } catch (GuestFault fault) {
            v.outside.replay.done();
            return deliver(fault);
        } catch (NonCanonical fetch) {
            // No instruction met it that could have made its fault of it: RIP itself leads nowhere.
            v.outside.replay.done();
            return deliver(GuestFault.of(GuestFault.GP, 0));
        } catch (Unsupported what) {
            v.outside.replay.done();
            v.page.exitInternalError(RunPage.EMULATION, stepper.bytesAtRip());
            v.vm.kernel.statistics().count("unsupported: " + what.getMessage());
            return RETURN_TO_USER;
        } finally {
            v.vm.clock.executed(c.executed() - v.msrs.counted);
            v.msrs.counted = c.executed();
        }
    }

    private void finishInstruction() {
        v.outside.complete();
        c.newSlice(0);
        v.interpreter.step();
        v.outside.replay.done();
    }

    // tag::slice[]
    private void slice() {
        boolean shadow = c.shadow;
        c.shadow = false;
        c.newSlice(shadow ? 0 : sliceSize());
        if (stepper.isNeeded()) {
            stepper.step();
        } else if (shadow) {
            // A block would be more than the one instruction that the shadow covers.
            v.interpreter.step();
        } else {
            v.interpreter.run();
        }
    }
    // end::slice[]

    /// Deterministic: a slice ends where the next timer is due.
    // tag::until[]
    private long sliceSize() {
        if (v.vm.chip == null || !v.vm.clock.isDeterministic()) {
            return SLICE;
        }
        long until = v.vm.chip.nextDeadlineNanos() - v.vm.clock.nanos();
        return Math.max(0, Math.min(SLICE, until));
    }
    // end::until[]

    private int deliver(GuestFault fault) {
        boolean own = !injected;
        injected = false;
        if (own && fault.vector() == GuestFault.BP && v.debug.takesBreakpoints()) {
            return stepper.exitDebug(GuestFault.BP, 0);
        }
        v.vm.kernel.statistics().exceptions.increment();
        v.outside.delivering = true;
        try {
            if (!Interrupts.exception(c, fault)) {
                v.page.exit(RunPage.EXIT_SHUTDOWN);
                return RETURN_TO_USER;
            }
            return GO_ON;
        } catch (Unsupported what) {
            v.page.exitInternalError(RunPage.DELIVERY_EVENT, new byte[0]);
            v.vm.kernel.statistics().count("unsupported: " + what.getMessage());
            return RETURN_TO_USER;
        } finally {
            v.outside.delivering = false;
        }
    }

    /// Signals to the CPU, then interrupts. {@return whether it can execute instructions}
    private boolean ready() {
        tick();
        if (v.initPending) {
            v.initPending = false;
            Reset.powerUp(c);
            v.apic.reset();
            v.halted = false;
            v.waitsForStartup = !v.vm.isBootCpu(v.id());
        }
        int startup = v.startupVector;
        if (startup >= 0) {
            v.startupVector = -1;
            if (v.waitsForStartup) {
                v.waitsForStartup = false;
                Reset.startup(c, startup);
            }
        }
        if (v.waitsForStartup || !inject() && v.halted) {
            rest();
            return false;
        }
        return true;
    }

    private void tick() {
        IrqChip chip = v.vm.chip;
        if (chip != null) {
            chip.tick();
        }
    }

    /// {@return whether something was delivered, which also ends HLT}
    private boolean inject() {
        if (v.events.exception >= 0) {
            int vector = v.events.exception;
            v.events.exception = -1;
            injected = true;
            throw GuestFault.of(vector, v.events.exceptionError);
        }
        if (v.events.nmi || v.events.interrupt >= 0) {
            injectAgain();
            return true;
        }
        if (v.nmiPending && !c.nmiBlocked && !c.shadow) {
            v.nmiPending = false;
            c.nmiBlocked = true;
            deliverInterrupt(GuestFault.NMI);
            return true;
        }
        if (!windowOpen()) {
            return false;
        }
        int vector = nextInterrupt();
        if (vector < 0) {
            return false;
        }
        deliverInterrupt(vector);
        return true;
    }

    // tag::window[]
    private boolean windowOpen() {
        return c.flag(Flags.IF) && !c.shadow;
    }
    // end::window[]

    private int nextInterrupt() {
        boolean any = v.apic != null && v.apic.hasInterrupt();
        return any ? v.vm.chip.acknowledge(v.apic) : -1;
    }

    /// What a monitor injected is past the question whether the guest wants it.
    private void injectAgain() {
        int vector = v.events.nmi ? GuestFault.NMI : v.events.interrupt;
        if (v.events.nmi) {
            v.events.nmi = false;
            c.nmiBlocked = true;
        } else {
            v.events.interrupt = -1;
        }
        deliverInterrupt(vector);
    }

    private void deliverInterrupt(int vector) {
        v.halted = false;
        v.vm.kernel.statistics().interrupts.increment();
        v.outside.delivering = true;
        try {
            Interrupts.external(c, vector);
        } catch (NonCanonical bad) {
            throw GuestFault.of(GuestFault.SS, 0);
        } finally {
            v.outside.delivering = false;
        }
    }

    /// Nothing to execute: sleeps until a timer, an interrupt or a signal.
    // tag::rest[]
    private void rest() {
        v.leaveGuest();
        long deadline = v.vm.chip.nextDeadlineNanos();
        if (v.vm.clock.isDeterministic() && deadline != Long.MAX_VALUE && !v.waitsForStartup) {
            v.vm.clock.skipTo(deadline);
            return;
        }
        long wait = deadline - v.vm.clock.nanos();
        if (wait > 0 && !v.apic.hasInterrupt()) {
            LockSupport.parkNanos(v, Math.min(wait, 1_000_000_000L));
        }
    }
    // end::rest[]

    private void describeState() {
        boolean ready = v.apic == null && windowOpen() && v.events.interrupt < 0;
        long apicBase = v.apic == null ? v.msrs.apicBase : v.apic.baseMsr();
        v.page.state(ready, c.flag(Flags.IF), v.outside.cr8(), apicBase);
    }
}
