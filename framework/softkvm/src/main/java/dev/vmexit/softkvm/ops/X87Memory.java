package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SlowMemory;
import dev.vmexit.softkvm.cpu.X87State;
import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.fp.X87Conversion;
import dev.vmexit.softkvm.fp.X87Status;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// Loads and stores: `FLD`, `FST`, `FILD`, `FIST`, `FISTTP`, `FBLD`, `FBSTP`.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 8.3.1 Data Transfer Instructions
final class X87Memory {
    /// Makes the number in memory what is pushed; false after an unmasked exception.
    @FunctionalInterface
    private interface Load {
        boolean apply(Float80 result, long bits, X87Status status);
    }

    /// Leaves what goes to memory in [X87Status#stored]; false after an unmasked exception.
    @FunctionalInterface
    private interface Store {
        boolean apply(Float80 value, X87Status status);
    }

    private X87Memory() {}

    static void bind(Map<String, Action> actions) {
        actions.put("FLD_M32", loading(4,
                (result, bits, status) -> X87Conversion.fromBinary32(result, (int) bits, status)));
        actions.put("FLD_M64", loading(8, X87Conversion::fromBinary64));
        actions.put("FLD_M80", X87Ops.computing(X87Memory::load80));
        actions.put("FBLD", X87Ops.computing(X87Memory::loadBcd));
        actions.put("FST_M32", storing(4, false, X87Conversion::toBinary32));
        actions.put("FSTP_M32", storing(4, true, X87Conversion::toBinary32));
        actions.put("FST_M64", storing(8, false, X87Conversion::toBinary64));
        actions.put("FSTP_M64", storing(8, true, X87Conversion::toBinary64));
        actions.put("FSTP_M80", X87Ops.computing((c, i) -> store10(c, i, false)));
        actions.put("FBSTP", X87Ops.computing((c, i) -> store10(c, i, true)));
        for (int bytes = 2; bytes <= 8; bytes *= 2) {
            bindInteger(actions, bytes);
        }
    }

    private static void bindInteger(Map<String, Action> actions, int bytes) {
        int bits = bytes * 8;
        Store rounded = (value, status) -> X87Conversion.toInteger(value, bits, false, status);
        Store truncated = (value, status) -> X87Conversion.toInteger(value, bits, true, status);
        actions.put("FILD_M" + bits, loading(bytes, (result, value, status) -> {
            X87Conversion.fromInteger(result, Flags.signExtend(value, bytes), status);
            return true;
        }));
        if (bytes < 8) {
            actions.put("FIST_M" + bits, storing(bytes, false, rounded));
        }
        actions.put("FISTP_M" + bits, storing(bytes, true, rounded));
        actions.put("FISTTP_M" + bits, storing(bytes, true, truncated));
    }

    private static Action loading(int bytes, Load conversion) {
        return X87Ops.computing((c, i) -> {
            X87State x = c.x87;
            long bits = Memory.load(c, Access.linear(c, i, bytes, false), bytes);
            if (X87Ops.roomToPush(x) && conversion.apply(x.operand, bits, x.status)) {
                x.push(x.operand);
            }
        });
    }

    private static void load80(Cpu c, Insn i) {
        X87State x = c.x87;
        long at = Access.linear(c, i, 10, false);
        long significand = Memory.load8(c, at);
        int signExponent = (int) Memory.load2(c, at + 8);
        if (X87Ops.roomToPush(x)) {
            x.clearC1();
            x.operand.set(signExponent, significand);
            x.push(x.operand);
        }
    }

    private static void loadBcd(Cpu c, Insn i) {
        X87State x = c.x87;
        long at = Access.linear(c, i, 10, false);
        long low = Memory.load8(c, at);
        int high = (int) Memory.load2(c, at + 8);
        if (X87Ops.roomToPush(x)) {
            X87Conversion.fromBcd(x.operand, low, high, x.status);
            x.push(x.operand);
        }
    }

    private static Action storing(int bytes, boolean pop, Store conversion) {
        return X87Ops.computing((c, i) -> {
            X87State x = c.x87;
            long at = Access.linear(c, i, bytes, true);
            // A page fault comes before what the number itself may raise.
            Access.probeWrite(c, at, bytes);
            int before = x.status.status;
            if (requireFull(x) && conversion.apply(x.source(0), x.status)) {
                try {
                    Memory.store(c, at, bytes, x.status.stored);
                } catch (RuntimeException notDone) {
                    x.status.status = before;
                    throw notDone;
                }
                if (pop) {
                    x.pop();
                }
            }
        });
    }

    private static boolean requireFull(X87State x) {
        return !x.isEmpty(0) || x.underflow();
    }

    /// `FSTP` of a whole register, which never is an exception, and `FBSTP`; both pop.
    private static void store10(Cpu c, Insn i, boolean decimal) {
        X87State x = c.x87;
        long at = Access.linear(c, i, 10, true);
        SlowMemory.probeWrite(c, at + 9);
        SlowMemory.probeWrite(c, at);
        int before = x.status.status;
        x.clearC1();
        if (!requireFull(x)) {
            return;
        }
        x.operand.set(x.source(0));
        if (decimal && !X87Conversion.toBcd(x.operand, x.source(0), x.status)) {
            return;
        }
        try {
            Memory.store8(c, at, x.operand.significand);
            Memory.store2(c, at + 8, x.operand.signExponent);
        } catch (RuntimeException notDone) {
            x.status.status = before;
            throw notDone;
        }
        x.pop();
    }
}
