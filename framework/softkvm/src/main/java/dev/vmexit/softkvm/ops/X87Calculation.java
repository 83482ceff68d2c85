package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.X87State;
import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.fp.X87Arithmetic;
import dev.vmexit.softkvm.fp.X87Status;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// `FADD`, `FSUB`, `FMUL`, `FDIV` in all their forms.
///
/// ```
///  FADD_M32, FADD_M64, FIADD_M32, FIADD_M16    ST(0) = ST(0) op memory
///  FADD_ST0_STI                                ST(0) = ST(0) op ST(i)
///  FADD_STI_ST0, FADDP                         ST(i) = ST(i) op ST(0)      the R forms: reversed
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 8.3.3 Basic Arithmetic Instructions
final class X87Calculation {
    /// One of the methods of [X87Arithmetic].
    @FunctionalInterface
    interface Binary {
        boolean apply(Float80 result, Float80 a, Float80 b, X87Status status);
    }

    private X87Calculation() {}

    static void bind(Map<String, Action> actions) {
        bind(actions, "ADD", X87Arithmetic::add);
        bind(actions, "MUL", X87Arithmetic::mul);
        bind(actions, "SUB", X87Arithmetic::sub);
        bind(actions, "SUBR", (result, a, b, status) -> X87Arithmetic.sub(result, b, a, status));
        bind(actions, "DIV", X87Arithmetic::div);
        bind(actions, "DIVR", (result, a, b, status) -> X87Arithmetic.div(result, b, a, status));
    }

    private static void bind(Map<String, Action> actions, String name, Binary op) {
        for (X87Operand operand : X87Operand.values()) {
            actions.put(operand.form(name),
                    X87Ops.computing((c, i) -> withMemory(c, i, operand, op)));
        }
        actions.put("F" + name + "_ST0_STI",
                X87Ops.computing((c, i) -> withRegister(c.x87, 0, X87Ops.register(i), op)));
        actions.put("F" + name + "_STI_ST0",
                X87Ops.computing((c, i) -> withRegister(c.x87, X87Ops.register(i), 0, op)));
        actions.put("F" + name + "P", X87Ops.computing((c, i) -> {
            if (withRegister(c.x87, X87Ops.register(i), 0, op)) {
                c.x87.pop();
            }
        }));
    }

    /// {@return whether there is a result}
    static boolean withRegister(X87State x, int to, int from, Binary op) {
        if (!x.isEmpty(to) && !x.isEmpty(from)) {
            return op.apply(x.st(to), x.st(to), x.st(from), x.status);
        }
        boolean masked = x.underflow();
        if (masked) {
            x.putIndefinite(to);
        }
        return masked;
    }

    private static void withMemory(Cpu c, Insn i, X87Operand operand, Binary op) {
        X87State x = c.x87;
        boolean denormal = operand.load(c, i);
        if (x.isEmpty(0)) {
            if (x.underflow()) {
                x.putIndefinite(0);
            }
        } else if (denormal) {
            withDenormal(x, op);
        } else {
            op.apply(x.st(0), x.st(0), x.operand, x.status);
        }
    }

    /// What is denormal in memory is a normal number in a register, so `op` has no reason to report
    /// DE: here it is done in its place, before which a result must not be visible.
    private static void withDenormal(X87State x, Binary op) {
        int before = x.status.status;
        x.status.status = before & ~X87Operand.EXCEPTIONS;
        boolean delivered = op.apply(x.operand, x.st(0), x.operand, x.status);
        if (X87Operand.reportDenormal(x, before) && delivered) {
            x.put(0, x.operand);
        }
    }
}
