package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.HashMap;
import java.util.Map;

/// Actions for just one kind of operands, in 64-bit code: the frequent instructions once more.
///
/// The general action of `MOV` asks what its source is, how wide, and what its destination is. Code
/// that runs for the first time gives the host's CPU nothing to predict these jumps from, and each
/// of them wrong costs more than the instruction. Here the decoder has asked, once.
final class Frequent {
    /// Of an action: the code of its destination, that of its source, and the bytes of memory.
    private static final int SHAPES = 8 * 8 * 16;
    private static final Map<String, Action[]> BY_NAME = new HashMap<>();

    static {
        FrequentMoves.bind();
        FrequentArithmetic.bind();
        FrequentTests.bind();
        FrequentJumps.bind();
    }

    private Frequent() {}

    /// {@return the action for exactly this instruction, or the one it has}
    static Action of(Insn i) {
        Action[] shapes = BY_NAME.get(i.form.name());
        if (shapes == null || !i.long64 || i.lock || i.operandSize == 2
                || i.memory && i.addressSize != 8 || i.src == Insn.MEM && !i.memory) {
            return i.action;
        }
        Action found = i.form.name().equals("JCC") ? shapes[i.cc()] : shapes[shape(i)];
        return found == null ? i.action : found;
    }

    private static int shape(Insn i) {
        return shape(i.dst, i.src, i.src == Insn.MEM ? i.srcSize : i.dst == Insn.MEM ? i.size : 0);
    }

    private static int shape(int dst, int src, int memory) {
        return dst * 8 * 16 + src * 16 + memory;
    }

    /// @param memory how many bytes of it, 0 without any
    static void put(String name, int dst, int src, int memory, Action action) {
        BY_NAME.computeIfAbsent(name, n -> new Action[SHAPES])[shape(dst, src, memory)] = action;
    }

    static void putJump(int condition, Action action) {
        BY_NAME.computeIfAbsent("JCC", n -> new Action[SHAPES])[condition] = action;
    }

    /// {@return where the memory operand is}
    static long at(Cpu c, Insn i) {
        return c.r[i.base] + (c.r[i.index] << i.scale) + i.displacement + c.base[i.segment]
                + (i.ripRelative ? c.rip : 0);
    }
}
