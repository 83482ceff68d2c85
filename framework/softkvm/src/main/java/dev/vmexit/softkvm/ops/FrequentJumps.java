package dev.vmexit.softkvm.ops;

import static dev.vmexit.softkvm.insn.Insn.NO_OPERAND;
import static dev.vmexit.softkvm.ops.Frequent.put;
import static dev.vmexit.softkvm.ops.Frequent.putJump;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.Segmentation;
import dev.vmexit.softkvm.insn.Insn;

/// The jumps of 64-bit code, a conditional one for each condition.
final class FrequentJumps {
    private FrequentJumps() {}

    static void bind() {
        put("JMP", NO_OPERAND, NO_OPERAND, 0, (c, i) -> jump(c, i, true));
        put("CALL", NO_OPERAND, NO_OPERAND, 0, (c, i) -> {
            long target = c.rip + i.imm;
            Segmentation.requireInCode(c, target);
            FrequentMoves.push(c, c.rip);
            c.rip = target;
        });
        put("RET", NO_OPERAND, NO_OPERAND, 0, FrequentJumps::ret);
        putJump(0x0, (c, i) -> jump(c, i, Flags.overflow(c)));
        putJump(0x1, (c, i) -> jump(c, i, !Flags.overflow(c)));
        putJump(0x2, (c, i) -> jump(c, i, Flags.carry(c)));
        putJump(0x3, (c, i) -> jump(c, i, !Flags.carry(c)));
        putJump(0x4, (c, i) -> jump(c, i, Flags.zero(c)));
        putJump(0x5, (c, i) -> jump(c, i, !Flags.zero(c)));
        putJump(0x6, (c, i) -> jump(c, i, Flags.carry(c) | Flags.zero(c)));
        putJump(0x7, (c, i) -> jump(c, i, !(Flags.carry(c) | Flags.zero(c))));
        putJump(0x8, (c, i) -> jump(c, i, Flags.sign(c)));
        putJump(0x9, (c, i) -> jump(c, i, !Flags.sign(c)));
        putJump(0xC, (c, i) -> jump(c, i, less(c)));
        putJump(0xD, (c, i) -> jump(c, i, !less(c)));
        putJump(0xE, (c, i) -> jump(c, i, less(c) | Flags.zero(c)));
        putJump(0xF, (c, i) -> jump(c, i, !(less(c) | Flags.zero(c))));
    }

    private static boolean less(Cpu c) {
        return Flags.sign(c) != Flags.overflow(c);
    }

    private static void jump(Cpu c, Insn i, boolean holds) {
        if (holds) {
            long target = c.rip + i.imm;
            Segmentation.requireInCode(c, target);
            c.rip = target;
        }
    }

    private static void ret(Cpu c, Insn i) {
        long target = Memory.load8(c, c.r[Cpu.RSP]);
        Segmentation.requireInCode(c, target);
        c.r[Cpu.RSP] += 8;
        c.rip = target;
    }
}
