package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.X87State;
import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.fp.X87Arithmetic;
import dev.vmexit.softkvm.fp.X87Status;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// `FCOM`, `FUCOM`, `FCOMI`, `FTST`, `FXAM` and their popping forms.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 8.3.6 Comparison and Classification
///       Instructions
final class X87Comparison {
    private static final int CONDITIONS = X87Status.C3 | X87Status.C2 | X87Status.C0;

    private X87Comparison() {}

    static void bind(Map<String, Action> actions) {
        for (X87Operand operand : X87Operand.values()) {
            actions.put(operand.form("COM"),
                    X87Ops.computing((c, i) -> withMemory(c, i, operand, 0)));
            actions.put(operand.form("COMP"),
                    X87Ops.computing((c, i) -> withMemory(c, i, operand, 1)));
        }
        actions.put("FCOM_ST0_STI", comparing(true, 0));
        actions.put("FCOMP_ST0_STI", comparing(true, 1));
        actions.put("FCOMPP", comparing(true, 2));
        actions.put("FUCOM", comparing(false, 0));
        actions.put("FUCOMP", comparing(false, 1));
        actions.put("FUCOMPP", comparing(false, 2));
        actions.put("FCOMI", X87Ops.computing((c, i) -> toFlags(c, i, true, 0)));
        actions.put("FCOMIP", X87Ops.computing((c, i) -> toFlags(c, i, true, 1)));
        actions.put("FUCOMI", X87Ops.computing((c, i) -> toFlags(c, i, false, 0)));
        actions.put("FUCOMIP", X87Ops.computing((c, i) -> toFlags(c, i, false, 1)));
        actions.put("FTST", X87Ops.computing((c, i) -> {
            c.x87.operand.set(0, 0);
            withOperand(c.x87, false, 0);
        }));
        actions.put("FXAM", X87Ops.computing((c, i) -> examine(c.x87)));
    }

    private static Action comparing(boolean signalQuiet, int pops) {
        return X87Ops
                .computing((c, i) -> withRegister(c.x87, X87Ops.register(i), signalQuiet, pops));
    }

    /// {@return -1, 0, 1, or one of the two others of [X87Arithmetic#compare]}
    private static int withRegister(X87State x, int n, boolean signalQuiet, int pops) {
        int order;
        if (x.isEmpty(0) || x.isEmpty(n)) {
            order = emptyOrder(x);
        } else {
            order = X87Arithmetic.compare(x.st(0), x.st(n), signalQuiet, x.status);
        }
        finish(x, order, pops);
        return order;
    }

    private static int emptyOrder(X87State x) {
        if (!x.underflow()) {
            return X87Arithmetic.NO_RESULT;
        }
        x.status.status |= CONDITIONS;
        return X87Arithmetic.UNORDERED;
    }

    private static void finish(X87State x, int order, int pops) {
        for (int n = 0; n < pops && order != X87Arithmetic.NO_RESULT; n++) {
            x.pop();
        }
    }

    private static void withMemory(Cpu c, Insn i, X87Operand operand, int pops) {
        boolean denormal = operand.load(c, i);
        withOperand(c.x87, denormal, pops);
    }

    /// Compares ST(0) with [X87State#operand].
    private static void withOperand(X87State x, boolean denormal, int pops) {
        int before = x.status.status;
        int order;
        if (x.isEmpty(0)) {
            order = emptyOrder(x);
        } else if (denormal) {
            x.status.status = before & ~X87Operand.EXCEPTIONS;
            order = X87Arithmetic.compare(x.st(0), x.operand, true, x.status);
            order = X87Operand.reportDenormal(x, before) ? order : X87Arithmetic.NO_RESULT;
        } else {
            order = X87Arithmetic.compare(x.st(0), x.operand, true, x.status);
        }
        finish(x, order, pops);
    }

    /// The outcome goes to ZF, PF and CF; C3, C2 and C0 stay what they were.
    private static void toFlags(Cpu c, Insn i, boolean signalQuiet, int pops) {
        X87Status status = c.x87.status;
        int before = status.status & CONDITIONS;
        int order = withRegister(c.x87, X87Ops.register(i), signalQuiet, pops);
        status.status = status.status & ~CONDITIONS | before;
        if (order != X87Arithmetic.NO_RESULT) {
            Flags.setArithmetic(c, switch (order) {
                case -1 -> Flags.CF;
                case 0 -> Flags.ZF;
                case 1 -> 0;
                default -> Flags.ZF | Flags.PF | Flags.CF;
            });
        }
    }

    private static void examine(X87State x) {
        Float80 value = x.st(0);
        X87Arithmetic.examine(value, x.status);
        if (x.isEmpty(0)) {
            x.status.status = x.status.status & ~CONDITIONS | X87Status.C3 | X87Status.C0;
        }
    }
}
