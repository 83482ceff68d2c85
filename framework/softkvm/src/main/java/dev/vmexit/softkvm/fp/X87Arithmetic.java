package dev.vmexit.softkvm.fp;

/// `FADD`, `FSUB`, `FMUL`, `FDIV`, `FSQRT`, `FRNDINT`, the comparisons and `FXAM`.
///
/// The result may be one of the operands. `false` means: an unmasked exception was met before
/// anything was computed, registers and stack stay as they are. `FSUBR` and `FDIVR` are the same
/// with the operands exchanged.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 1, sections 8.3.3, "Basic Arithmetic Instructions", and 8.5, "x87 FPU Floating-Point Exception Conditions"
public final class X87Arithmetic {
    /// What [#compare] returns besides -1, 0 and 1.
    public static final int UNORDERED = 2;
    public static final int NO_RESULT = 3;

    private X87Arithmetic() {}

    public static boolean add(Float80 result, Float80 a, Float80 b, X87Status x87) {
        return binary(Operation.ADD, result, a, b, x87);
    }

    /// `a - b`.
    public static boolean sub(Float80 result, Float80 a, Float80 b, X87Status x87) {
        return binary(Operation.SUBTRACT, result, a, b, x87);
    }

    public static boolean mul(Float80 result, Float80 a, Float80 b, X87Status x87) {
        return binary(Operation.MULTIPLY, result, a, b, x87);
    }

    /// `a / b`.
    public static boolean div(Float80 result, Float80 a, Float80 b, X87Status x87) {
        return binary(Operation.DIVIDE, result, a, b, x87);
    }

    private static boolean binary(Operation operation, Float80 result, Float80 a, Float80 b,
            X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        b.unpack(w.b);
        if (!w.settleNan()) {
            operation.apply(w);
            noteDenormals(w);
        }
        return x87.deliver(result, x87.format());
    }

    /// A denormal operand is news only if nothing worse than it has happened.
    static void noteDenormals(Workspace w) {
        if ((w.flags & (Flags.IE | Flags.ZE)) == 0) {
            w.noteDenormals();
        }
    }

    public static boolean sqrt(Float80 result, Float80 a, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        if (!w.settleNanOfOne()) {
            Operation.SQUARE_ROOT.apply(w);
            noteDenormals(w);
        }
        return x87.deliver(result, x87.format());
    }

    /// `FRNDINT`: to an integral value, by the rounding mode.
    public static boolean roundToIntegral(Float80 result, Float80 a, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        int rounding = 0;
        if (!w.settleNanOfOne()) {
            w.noteDenormals();
            w.result.set(w.a);
            if (w.a.isFinite()) {
                rounding = Rounding.toIntegral(w.result, w.roundingMode);
            }
        }
        if (!x87.deliver(result, Format.EXTENDED)) {
            return false;
        }
        x87.raise(rounding);
        return true;
    }

    /// Compares, and sets C3, C2 and C0 as `FCOM` does: 000 greater, 001 less, 100 equal, 111
    /// unordered. `FCOMI` puts the same into ZF, PF and CF instead. After an unmasked exception
    /// they stay as they were, as Intel's manual has it; an AMD CPU sets them even then.
    ///
    /// @param signalQuiet whether a quiet NaN is invalid too: with `FCOM`, not with `FUCOM`
    /// @return -1, 0 or 1 as `a` is less than, equal to or greater than `b`, [#UNORDERED], or
    ///         [#NO_RESULT] after an unmasked exception
    public static int compare(Float80 a, Float80 b, boolean signalQuiet, X87Status x87) {
        Workspace w = x87.begin();
        a.unpack(w.a);
        b.unpack(w.b);
        int order = UNORDERED;
        if (!w.settleNan()) {
            w.noteDenormals();
            order = Unpacked.compare(w.a, w.b);
        } else if (signalQuiet) {
            w.flags |= Flags.IE;
        }
        if (!x87.raise(w.flags)) {
            return NO_RESULT;
        }
        x87.setConditions(X87Status.C3 | X87Status.C2 | X87Status.C0, conditions(order));
        return order;
    }

    private static int conditions(int order) {
        return switch (order) {
            case -1 -> X87Status.C0;
            case 0 -> X87Status.C3;
            case 1 -> 0;
            default -> X87Status.C3 | X87Status.C2 | X87Status.C0;
        };
    }

    /// `FXAM` of a register that is not empty: the class to C3, C2 and C0, the sign to C1.
    public static void examine(Float80 a, X87Status x87) {
        Unpacked value = x87.workspace.a;
        a.unpack(value);
        int bits = switch (value.kind) {
            case UNSUPPORTED -> 0;
            case NAN -> X87Status.C0;
            case FINITE -> X87Status.C2 | (value.denormal ? X87Status.C3 : 0);
            case INFINITE -> X87Status.C2 | X87Status.C0;
            case ZERO -> X87Status.C3;
        };
        int sign = a.isNegative() ? X87Status.C1 : 0;
        x87.setConditions(X87Status.C3 | X87Status.C2 | X87Status.C1 | X87Status.C0, bits | sign);
    }
}
