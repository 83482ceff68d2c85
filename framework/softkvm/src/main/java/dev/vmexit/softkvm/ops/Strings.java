package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// MOVS, CMPS, STOS, LODS, SCAS with their repeat prefixes.
///
/// An iteration is complete in itself: registers move after its accesses. A long repeat stops after
/// a while with RIP still at the instruction, so that interrupts get in, as on real CPUs.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "REP/REPE/REPZ/REPNE/REPNZ"
public final class Strings {
    private static final int ITERATIONS_AT_ONCE = 4096;

    private Strings() {}

    /// One iteration of one of them; {@return whether a conditional repeat may go on}
    @FunctionalInterface
    private interface Step {
        boolean once(Cpu c, Insn i, int size);
    }

    public static void bind(Map<String, Action> actions) {
        bind(actions, "MOVS", Strings::movs);
        bind(actions, "CMPS", Strings::cmps);
        bind(actions, "STOS", Strings::stos);
        bind(actions, "LODS", Strings::lods);
        bind(actions, "SCAS", Strings::scas);
    }

    private static void bind(Map<String, Action> actions, String name, Step step) {
        actions.put(name + "B", (c, i) -> repeat(c, i, 1, step));
        actions.put(name + "V", (c, i) -> repeat(c, i, i.operandSize, step));
    }

    private static void repeat(Cpu c, Insn i, int size, Step step) {
        if (!i.rep && !i.repne) {
            step.once(c, i, size);
            return;
        }
        int left = ITERATIONS_AT_ONCE;
        long count = Access.truncate(c.r[Cpu.RCX], i.addressSize); // without a sign
        while (count != 0) {
            if (left == 0 || c.blockBroken) {
                c.rip = c.truncateIp(c.rip - i.length);
                return;
            }
            int bulk = StringBulk.run(c, i, size, count < 0 ? left : (int) Math.min(count, left));
            if (bulk > 0) {
                count -= bulk;
                left -= bulk;
                Access.register(c, Cpu.RCX, i.addressSize, count);
                continue;
            }
            boolean goOn = step.once(c, i, size);
            count--;
            left--;
            Access.register(c, Cpu.RCX, i.addressSize, count);
            c.outside.stepDone();
            if (!goOn) {
                return;
            }
        }
    }

    static long source(Cpu c, Insn i, int size) {
        long offset = Access.truncate(c.r[Cpu.RSI], i.addressSize);
        return Access.linearAt(c, i.segment, offset, size, false);
    }

    static long target(Cpu c, Insn i, int size, boolean write) {
        long offset = Access.truncate(c.r[Cpu.RDI], i.addressSize);
        return Access.linearAt(c, SegmentRegister.ES, offset, size, write);
    }

    static void advance(Cpu c, Insn i, int register, long bytes) {
        long by = c.flag(Flags.DF) ? -bytes : bytes;
        Access.register(c, register, i.addressSize, c.r[register] + by);
    }

    private static boolean movs(Cpu c, Insn i, int size) {
        long value = Memory.load(c, source(c, i, size), size);
        Memory.store(c, target(c, i, size, true), size, value);
        advance(c, i, Cpu.RSI, size);
        advance(c, i, Cpu.RDI, size);
        return true;
    }

    private static boolean stos(Cpu c, Insn i, int size) {
        Memory.store(c, target(c, i, size, true), size, c.r[Cpu.RAX]);
        advance(c, i, Cpu.RDI, size);
        return true;
    }

    private static boolean lods(Cpu c, Insn i, int size) {
        Access.register(c, Cpu.RAX, size, Memory.load(c, source(c, i, size), size));
        advance(c, i, Cpu.RSI, size);
        return true;
    }

    private static boolean cmps(Cpu c, Insn i, int size) {
        long a = Memory.load(c, source(c, i, size), size);
        long b = Memory.load(c, target(c, i, size, false), size);
        Flags.setSubtract(c, size, a, b, a - b);
        advance(c, i, Cpu.RSI, size);
        advance(c, i, Cpu.RDI, size);
        return Flags.zero(c) == i.rep;
    }

    private static boolean scas(Cpu c, Insn i, int size) {
        long b = Memory.load(c, target(c, i, size, false), size);
        long a = c.r[Cpu.RAX];
        Flags.setSubtract(c, size, a, b, a - b);
        advance(c, i, Cpu.RDI, size);
        return Flags.zero(c) == i.rep;
    }
}
