package dev.vmexit.softkvm.ops;

import static dev.vmexit.softkvm.insn.Insn.IMM;
import static dev.vmexit.softkvm.insn.Insn.MEM;
import static dev.vmexit.softkvm.insn.Insn.NO_OPERAND;
import static dev.vmexit.softkvm.insn.Insn.R1;
import static dev.vmexit.softkvm.insn.Insn.R2;
import static dev.vmexit.softkvm.insn.Insn.R4;
import static dev.vmexit.softkvm.insn.Insn.R8;
import static dev.vmexit.softkvm.ops.Frequent.at;
import static dev.vmexit.softkvm.ops.Frequent.put;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Memory;

/// MOV, MOVZX, MOVSX, LEA, PUSH and POP, each for one kind of operands.
final class FrequentMoves {
    private static final long LOW = 0xFFFF_FFFFL;

    private FrequentMoves() {}

    static void bind() {
        put("MOV", R8, R8, 0, (c, i) -> c.r[i.dstReg] = c.r[i.srcReg]);
        put("MOV", R4, R4, 0, (c, i) -> c.r[i.dstReg] = c.r[i.srcReg] & LOW);
        put("MOV", R8, IMM, 0, (c, i) -> c.r[i.dstReg] = i.imm);
        put("MOV", R4, IMM, 0, (c, i) -> c.r[i.dstReg] = i.imm & LOW);
        put("MOV", R8, MEM, 8, (c, i) -> c.r[i.dstReg] = Memory.load8(c, at(c, i)));
        put("MOV", R4, MEM, 4, (c, i) -> c.r[i.dstReg] = Memory.load4(c, at(c, i)));
        put("MOV", MEM, R8, 8, (c, i) -> Memory.store8(c, at(c, i), c.r[i.srcReg]));
        put("MOV", MEM, R4, 4, (c, i) -> Memory.store4(c, at(c, i), c.r[i.srcReg]));
        put("MOV", MEM, R1, 1, (c, i) -> Memory.store1(c, at(c, i), c.r[i.srcReg]));
        put("MOV", MEM, IMM, 8, (c, i) -> Memory.store8(c, at(c, i), i.imm));
        put("MOV", MEM, IMM, 4, (c, i) -> Memory.store4(c, at(c, i), i.imm));
        put("MOV", MEM, IMM, 1, (c, i) -> Memory.store1(c, at(c, i), i.imm));
        put("LEA", R8, MEM, 8, (c, i) -> c.r[i.dstReg] = c.r[i.base] + (c.r[i.index] << i.scale)
                + i.displacement + (i.ripRelative ? c.rip : 0));
        bindExtensions();
        bindStack();
    }

    private static void bindExtensions() {
        put("MOVZX", R4, R1, 0, (c, i) -> c.r[i.dstReg] = c.r[i.srcReg] & 0xFF);
        put("MOVZX", R4, R2, 0, (c, i) -> c.r[i.dstReg] = c.r[i.srcReg] & 0xFFFF);
        put("MOVZX", R4, MEM, 1, (c, i) -> c.r[i.dstReg] = Memory.load1(c, at(c, i)));
        put("MOVZX", R4, MEM, 2, (c, i) -> c.r[i.dstReg] = Memory.load2(c, at(c, i)));
        put("MOVSX", R8, R4, 0, (c, i) -> c.r[i.dstReg] = (int) c.r[i.srcReg]);
        put("MOVSX", R8, MEM, 4, (c, i) -> c.r[i.dstReg] = (int) Memory.load4(c, at(c, i)));
    }

    private static void bindStack() {
        put("PUSH", R8, NO_OPERAND, 0, (c, i) -> push(c, c.r[i.dstReg]));
        put("PUSH", IMM, NO_OPERAND, 0, (c, i) -> push(c, i.imm));
        put("POP", R8, NO_OPERAND, 0, (c, i) -> {
            long value = Memory.load8(c, c.r[Cpu.RSP]);
            c.r[Cpu.RSP] += 8;
            c.r[i.dstReg] = value;
        });
    }

    /// The stack pointer moves only after the access has worked.
    static void push(Cpu c, long value) {
        long top = c.r[Cpu.RSP] - 8;
        Memory.store8(c, top, value);
        c.r[Cpu.RSP] = top;
    }
}
