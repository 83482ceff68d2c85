package dev.vmexit.softkvm.ops;

import static dev.vmexit.softkvm.insn.Insn.IMM;
import static dev.vmexit.softkvm.insn.Insn.MEM;
import static dev.vmexit.softkvm.insn.Insn.R1;
import static dev.vmexit.softkvm.insn.Insn.R4;
import static dev.vmexit.softkvm.insn.Insn.R8;
import static dev.vmexit.softkvm.ops.Frequent.at;
import static dev.vmexit.softkvm.ops.Frequent.put;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.Memory;

/// CMP and TEST, each for one kind of operands.
final class FrequentTests {
    private FrequentTests() {}

    static void bind() {
        // tag::compare[]
        put("CMP", R8, R8, 0, (c, i) -> compare(c, 8, c.r[i.dstReg], c.r[i.srcReg]));
        put("CMP", R4, R4, 0, (c, i) -> compare(c, 4, c.r[i.dstReg], c.r[i.srcReg]));
        // end::compare[]
        put("CMP", R1, R1, 0, (c, i) -> compare(c, 1, c.r[i.dstReg], c.r[i.srcReg]));
        put("CMP", R8, IMM, 0, (c, i) -> compare(c, 8, c.r[i.dstReg], i.imm));
        put("CMP", R4, IMM, 0, (c, i) -> compare(c, 4, c.r[i.dstReg], i.imm));
        put("CMP", R1, IMM, 0, (c, i) -> compare(c, 1, c.r[i.dstReg], i.imm));
        put("CMP", R8, MEM, 8, (c, i) -> compare(c, 8, c.r[i.dstReg], Memory.load8(c, at(c, i))));
        put("CMP", R4, MEM, 4, (c, i) -> compare(c, 4, c.r[i.dstReg], Memory.load4(c, at(c, i))));
        put("CMP", MEM, R8, 8, (c, i) -> compare(c, 8, Memory.load8(c, at(c, i)), c.r[i.srcReg]));
        put("CMP", MEM, R4, 4, (c, i) -> compare(c, 4, Memory.load4(c, at(c, i)), c.r[i.srcReg]));
        put("CMP", MEM, IMM, 8, (c, i) -> compare(c, 8, Memory.load8(c, at(c, i)), i.imm));
        put("CMP", MEM, IMM, 4, (c, i) -> compare(c, 4, Memory.load4(c, at(c, i)), i.imm));
        put("CMP", MEM, IMM, 1, (c, i) -> compare(c, 1, Memory.load1(c, at(c, i)), i.imm));
        put("TEST", R8, R8, 0, (c, i) -> Flags.setLogic(c, 8, c.r[i.dstReg] & c.r[i.srcReg]));
        put("TEST", R4, R4, 0, (c, i) -> Flags.setLogic(c, 4, c.r[i.dstReg] & c.r[i.srcReg]));
        put("TEST", R1, R1, 0, (c, i) -> Flags.setLogic(c, 1, c.r[i.dstReg] & c.r[i.srcReg]));
        put("TEST", R4, IMM, 0, (c, i) -> Flags.setLogic(c, 4, c.r[i.dstReg] & i.imm));
        put("TEST", R1, IMM, 0, (c, i) -> Flags.setLogic(c, 1, c.r[i.dstReg] & i.imm));
        put("TEST", MEM, IMM, 4, (c, i) -> Flags.setLogic(c, 4, Memory.load4(c, at(c, i)) & i.imm));
        put("TEST", MEM, IMM, 1, (c, i) -> Flags.setLogic(c, 1, Memory.load1(c, at(c, i)) & i.imm));
    }

    private static void compare(Cpu c, int size, long a, long b) {
        Flags.setSubtract(c, size, a, b, a - b);
    }
}
