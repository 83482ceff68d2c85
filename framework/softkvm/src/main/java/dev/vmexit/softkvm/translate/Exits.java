package dev.vmexit.softkvm.translate;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.util.ArrayList;
import java.util.List;

/// The ways out of a region: what was in locals only goes back into the CPU.
///
/// ```
///  call ──────► flags settled ──► flags; RIP and budget; the callee ──► on behind it, or return
///  leave to an address ──► flags settled ──► exit:   flags; RIP and budget; return
///  fault, any instruction ─► flags settled ──► the same, RIP of the instruction; throw on
///  fault in an action: the CPU has everything ───► RIP and budget; throw on
/// ```
final class Exits {
    private final Emit emit;
    private final CodeBuilder code;
    private final FlagCode flags;
    private final Registers registers;
    private final List<Label[]> calls = new ArrayList<>();
    private final Label exit;
    private final Label exitSaved;

    Exits(Emit emit, FlagCode flags, Registers registers) {
        this.emit = emit;
        this.code = emit.code;
        this.flags = flags;
        this.registers = registers;
        this.exit = code.newLabel();
        this.exitSaved = code.newLabel();
    }

    /// Leaves for an offset in, or off, the region's page.
    void leaveTo(long offset) {
        emit.rip(offset).store(Emit.NEXT);
        leave();
    }

    /// Leaves for the address in NEXT.
    void leave() {
        flags.settle();
        code.goto_(exit);
    }

    /// The same where paths meet, and any instruction may have been the last.
    void leaveFromAnywhere() {
        flags.settleAny();
        code.goto_(exit);
    }

    /// An action has set RIP itself, and all registers are in the CPU.
    void leaveSaved() {
        code.aload(Emit.CPU).getfield(Names.CPU, "rip", Names.LONG).lstore(Emit.NEXT);
        code.goto_(exitSaved);
    }

    /// Pushes the sign of what is left of the budget, as the CPU has it: it may have been ended
    /// meanwhile.
    void budgetLeft() {
        code.aload(Emit.CPU).getfield(Names.CPU, "budget", Names.LONG);
        code.lload(Emit.EXECUTED).lcmp();
    }

    /// Everything into the CPU, for the duration of an action.
    void saveAll() {
        flags.settle();
        flags.save();
    }

    void restoreAll() {
        flags.restore();
        registers.restore(emit);
    }

    /// Leaves for the address in NEXT, for the time being: the code goes on where it comes back.
    // tag::call[]
    void call(int behind, Label goOn) {
        flags.settle();
        flags.save();
        ripAndBudget();
        emit.constant(0).store(Emit.EXECUTED);
        Label from = code.newBoundLabel();
        code.aload(Emit.CPU).getfield(Names.CPU, "calls", Names.CALLS);
        emit.rip(behind);
        code.invokeinterface(Names.CALLS, "call", Names.CALL);
        calls.add(new Label[]{from, code.newBoundLabel()});
        Label back = code.newLabel();
        Label out = code.newLabel();
        code.branch(Opcode.IFEQ, out);
        // Meanwhile a device, or another CPU, may have written here.
        code.aload(0).getfield(Names.TRANSLATION, "stale", Names.BOOLEAN);
        code.branch(Opcode.IFEQ, back).labelBinding(out).return_().labelBinding(back);
        restoreAll();
        code.goto_(goOn);
    }
    // end::call[]

    /// What all of them lead to.
    void write() {
        code.labelBinding(exit);
        flags.save();
        code.labelBinding(exitSaved);
        ripAndBudget();
        code.return_();
    }

    /// RIP := NEXT, and the budget.
    private void ripAndBudget() {
        emit.save(Emit.NEXT, "rip");
        code.aload(Emit.CPU).dup().getfield(Names.CPU, "budget", Names.LONG);
        code.lload(Emit.EXECUTED).lsub().putfield(Names.CPU, "budget", Names.LONG);
    }

    /// First come, first served: the ranges of action calls stand before the one for everything.
    void handlers(Label start, Label end, ActionCalls actions) {
        if (actions.any()) {
            Label afterAction = code.newBoundLabel();
            atFault();
            actions.catchFrom(afterAction);
        }
        Label own = code.newBoundLabel();
        flags.settleAny();
        flags.save();
        atFault();
        // What a callee throws is the callee's: the CPU has everything.
        Label from = start;
        for (Label[] call : calls) {
            code.exceptionCatchAll(from, call[0], own);
            from = call[1];
        }
        code.exceptionCatchAll(from, end, own);
    }

    // tag::fault[]
    /// RIP and budget for the instruction that `AT` tells of; then throws on.
    private void atFault() {
        code.iload(Emit.AT).loadConstant(0xFFF).iand().i2l();
        emit.load(Emit.PAGE).add().store(Emit.NEXT);
        code.iload(Emit.AT).loadConstant(12).ishr().i2l();
        emit.load(Emit.EXECUTED).add().store(Emit.EXECUTED);
        ripAndBudget();
        code.athrow();
    }
    // end::fault[]
}
