package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.X87State;
import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.fp.X87Conversion;
import dev.vmexit.softkvm.fp.X87Conversion.Constant;
import dev.vmexit.softkvm.fp.X87Status;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// The x87 instructions: here what every one of them has in common, and those that move registers
/// and turn the stack. [X87Calculation], [X87Comparison], [X87Functions], [X87Memory] and
/// [X87Environment] bind the others.
///
/// An instruction that meets an unmasked exception does nothing but set ES: the *next* one that
/// waits is where `#MF` is raised.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 8.3 x87 FPU Instruction Set; 8.6 x87 FPU
///       Exception Synchronization
public final class X87Ops {
    private static final int B = 2;
    private static final int E = 4;
    private static final int BE = 6;
    private static final int U = 10;

    private X87Ops() {}

    public static void bind(Map<String, Action> actions) {
        X87Calculation.bind(actions);
        X87Comparison.bind(actions);
        X87Functions.bind(actions);
        X87Memory.bind(actions);
        X87Environment.bind(actions);
        ExtendedState.bind(actions);
        bindRegisters(actions);
        bindMoves(actions);
        for (Constant constant : Constant.values()) {
            actions.put(constant.name(), computing((c, i) -> constant(c.x87, constant)));
        }
        actions.put("EMMS", (c, i) -> c.x87.emms());
    }

    private static void bindRegisters(Map<String, Action> actions) {
        actions.put("FNOP", computing((c, i) -> {}));
        for (String nothing : new String[]{"FNENI", "FNDISI", "FNSETPM"}) {
            actions.put(nothing, (c, i) -> {});
        }
        actions.put("FFREE", computing((c, i) -> free(c.x87, register(i))));
        actions.put("FFREEP", computing((c, i) -> {
            free(c.x87, register(i));
            c.x87.pop();
        }));
        actions.put("FINCSTP", computing((c, i) -> turn(c.x87, 1)));
        actions.put("FDECSTP", computing((c, i) -> turn(c.x87, -1)));
        actions.put("FLD_STI", computing((c, i) -> load(c.x87, register(i))));
        actions.put("FST_STI", computing((c, i) -> store(c.x87, register(i), false)));
        actions.put("FSTP_STI", computing((c, i) -> store(c.x87, register(i), true)));
        actions.put("FSTPNCE", computing((c, i) -> storeUnchecked(c.x87, register(i))));
        actions.put("FXCH", computing((c, i) -> exchange(c.x87, register(i))));
    }

    private static void bindMoves(Map<String, Action> actions) {
        actions.put("FCMOVB", computing((c, i) -> move(c, i, B)));
        actions.put("FCMOVE", computing((c, i) -> move(c, i, E)));
        actions.put("FCMOVBE", computing((c, i) -> move(c, i, BE)));
        actions.put("FCMOVU", computing((c, i) -> move(c, i, U)));
        actions.put("FCMOVNB", computing((c, i) -> move(c, i, B | 1)));
        actions.put("FCMOVNE", computing((c, i) -> move(c, i, E | 1)));
        actions.put("FCMOVNBE", computing((c, i) -> move(c, i, BE | 1)));
        actions.put("FCMOVNU", computing((c, i) -> move(c, i, U | 1)));
    }

    /// Around an instruction that is not a control instruction: it waits, and is remembered for an
    /// exception handler.
    static Action computing(Action body) {
        return (c, i) -> {
            c.x87.requireNoPendingFault(c);
            body.run(c, i);
            remember(c, i);
        };
    }

    private static void remember(Cpu c, Insn i) {
        X87State x = c.x87;
        x.fip = c.truncateIp(c.rip - i.length);
        if (i.memory) {
            x.fdp = Access.effective(c, i);
        }
        if (x.status.isSet(X87Status.ES)) {
            x.fop = (i.opcode & 7) << 8 | i.modRm & 0xFF;
        }
    }

    /// {@return the `i` of ST(i)} REX does not count.
    static int register(Insn i) {
        return i.rm & 7;
    }

    private static void free(X87State x, int n) {
        x.clearC1();
        x.free(n);
    }

    private static void turn(X87State x, int by) {
        x.clearC1();
        x.turn(by);
    }

    /// {@return whether ST(7) is empty, where the next push goes} If it is not, the masked response
    /// has been given.
    static boolean roomToPush(X87State x) {
        if (x.isEmpty(7)) {
            return true;
        }
        if (x.overflow()) {
            x.pushIndefinite();
        }
        return false;
    }

    private static void load(X87State x, int n) {
        if (x.isEmpty(n)) {
            if (x.underflow()) {
                x.pushIndefinite();
            }
        } else if (roomToPush(x)) {
            x.clearC1();
            x.push(x.st(n));
        }
    }

    private static void constant(X87State x, Constant constant) {
        if (roomToPush(x)) {
            X87Conversion.constant(x.operand, constant, x.status);
            x.push(x.operand);
        }
    }

    private static void store(X87State x, int n, boolean pop) {
        x.clearC1();
        if (!x.isEmpty(0) || x.underflow()) {
            x.put(n, x.source(0));
            if (pop) {
                x.pop();
            }
        }
    }

    /// The alias `D9 D8`, which unlike the others takes an empty ST(0) for no exception: it pops.
    private static void storeUnchecked(X87State x, int n) {
        x.clearC1();
        if (!x.isEmpty(0)) {
            x.put(n, x.st(0));
        }
        x.pop();
    }

    private static void exchange(X87State x, int n) {
        x.clearC1();
        if (!(x.isEmpty(0) || x.isEmpty(n)) || x.underflow()) {
            Float80 other = x.operand;
            other.set(x.source(n));
            x.put(n, x.source(0));
            x.put(0, other);
        }
    }

    private static void move(Cpu c, Insn i, int condition) {
        X87State x = c.x87;
        int n = register(i);
        if (x.isEmpty(0) || x.isEmpty(n)) {
            if (x.underflow()) {
                x.putIndefinite(0);
            }
        } else if (Flags.condition(c, condition)) {
            x.put(0, x.st(n));
        }
    }
}
