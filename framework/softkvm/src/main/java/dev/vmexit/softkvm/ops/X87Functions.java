package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.X87State;
import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.fp.X87Arithmetic;
import dev.vmexit.softkvm.fp.X87Scale;
import dev.vmexit.softkvm.fp.X87Status;
import dev.vmexit.softkvm.fp.X87Transcendental;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.ops.X87Calculation.Binary;
import java.util.Map;
import java.util.function.Consumer;

/// Functions of ST(0), and of ST(0) and ST(1).
///
/// ```
///  FSQRT, FSIN, F2XM1 ...     ST(0) = f(ST(0))
///  FSCALE, FPREM ...          ST(0) = f(ST(0), ST(1))
///  FPATAN, FYL2X, FYL2XP1     ST(1) = f(ST(1), ST(0)), pop
///  FSINCOS, FPTAN, FXTRACT    ST(0) = f(ST(0)), push g(ST(0))
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 8.3.3 Basic Arithmetic Instructions; 8.3.7
///       Trigonometric Instructions; 8.3.9 Logarithmic, Exponential, and Scale
final class X87Functions {
    @FunctionalInterface
    private interface Unary {
        boolean apply(Float80 result, Float80 a, X87Status status);
    }

    /// Of one operand two results: what replaces it, and what is then pushed.
    @FunctionalInterface
    private interface Pair {
        boolean apply(Float80 first, Float80 second, Float80 a, X87Status status);
    }

    private X87Functions() {}

    static void bind(Map<String, Action> actions) {
        actions.put("FCHS", X87Ops.computing((c, i) -> sign(c.x87, Float80::changeSign)));
        actions.put("FABS", X87Ops.computing((c, i) -> sign(c.x87, Float80::abs)));
        actions.put("FSQRT", X87Ops.computing(unary(X87Arithmetic::sqrt)));
        actions.put("FRNDINT", X87Ops.computing(unary(X87Arithmetic::roundToIntegral)));
        actions.put("F2XM1", X87Ops.computing(unary(X87Transcendental::exp2Minus1)));
        actions.put("FSCALE", X87Ops.computing(binary(X87Scale::scale)));
        actions.put("FPATAN", X87Ops.computing(popping(X87Transcendental::atan)));
        actions.put("FYL2X", X87Ops.computing(popping(X87Transcendental::yLog2)));
        actions.put("FYL2XP1", X87Ops.computing(popping(X87Transcendental::yLog2Plus1)));
        actions.put("FXTRACT", X87Ops.computing(pushing(X87Scale::extract, false)));
        actions.put("FPREM", reporting(binary(X87Scale::remainder)));
        actions.put("FPREM1", reporting(binary(X87Scale::remainderNearest)));
        actions.put("FSIN", reporting(unary(X87Transcendental::sin)));
        actions.put("FCOS", reporting(unary(X87Transcendental::cos)));
        actions.put("FSINCOS", reporting(pushing(X87Transcendental::sinCos, true)));
        actions.put("FPTAN", reporting(pushing(X87Transcendental::tan, true)));
    }

    /// Around what says by C2 that it is not done. After a stack fault it does not say so: a loop
    /// until C2 is clear has to end.
    private static Action reporting(Action function) {
        return X87Ops.computing((c, i) -> {
            c.x87.status.status &= ~X87Status.C2;
            function.run(c, i);
        });
    }

    private static void sign(X87State x, Consumer<Float80> change) {
        x.clearC1();
        if (!x.isEmpty(0)) {
            change.accept(x.st(0));
        } else if (x.underflow()) {
            x.putIndefinite(0);
        }
    }

    private static Action unary(Unary function) {
        return (c, i) -> {
            X87State x = c.x87;
            if (!x.isEmpty(0)) {
                function.apply(x.st(0), x.st(0), x.status);
            } else if (x.underflow()) {
                x.putIndefinite(0);
            }
        };
    }

    private static Action binary(Binary function) {
        return (c, i) -> X87Calculation.withRegister(c.x87, 0, 1, function);
    }

    private static Action popping(Binary function) {
        return (c, i) -> {
            if (X87Calculation.withRegister(c.x87, 1, 0, function)) {
                c.x87.pop();
            }
        };
    }

    /// @param angle C2 afterwards says that it was too large, and nothing is pushed
    private static Action pushing(Pair function, boolean angle) {
        return (c, i) -> push(c.x87, function, angle);
    }

    private static void push(X87State x, Pair function, boolean angle) {
        if (x.isEmpty(0) || !x.isEmpty(7)) {
            if (x.isEmpty(0) ? x.underflow() : x.overflow()) {
                x.putIndefinite(0);
                x.pushIndefinite();
            }
        } else if (function.apply(x.st(0), x.operand, x.st(0), x.status)
                && !(angle && x.status.isSet(X87Status.C2))) {
            x.push(x.operand);
        }
    }
}
