package dev.vmexit.softkvm.ops;

import static dev.vmexit.softkvm.insn.Insn.IMM;
import static dev.vmexit.softkvm.insn.Insn.MEM;
import static dev.vmexit.softkvm.insn.Insn.R4;
import static dev.vmexit.softkvm.insn.Insn.R8;
import static dev.vmexit.softkvm.ops.Frequent.at;
import static dev.vmexit.softkvm.ops.Frequent.put;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.insn.Insn;

/// ADD, SUB, AND, OR and XOR into a register, each for one kind of operands.
///
/// One lambda a line, where a loop would do: to HotSpot each is a method of its own, into which it
/// compiles the operation. Of one that is handed its operation it makes two calls.
final class FrequentArithmetic {
    private static final long LOW = 0xFFFF_FFFFL;

    private FrequentArithmetic() {}

    static void bind() {
        bindAdd();
        bindSub();
        bindAnd();
        bindOr();
        bindXor();
    }

    private static long a(Cpu c, Insn i) {
        return c.r[i.dstReg];
    }

    private static long b(Cpu c, Insn i) {
        return c.r[i.srcReg];
    }

    private static long memory8(Cpu c, Insn i) {
        return Memory.load8(c, at(c, i));
    }

    private static long memory4(Cpu c, Insn i) {
        return Memory.load4(c, at(c, i));
    }

    private static void set8(Cpu c, Insn i, long value) {
        c.r[i.dstReg] = value;
    }

    private static void set4(Cpu c, Insn i, long value) {
        c.r[i.dstReg] = value & LOW;
    }

    private static void bindAdd() {
        put("ADD", R8, R8, 0, (c, i) -> set8(c, i, Arithmetic.add(c, 8, a(c, i), b(c, i))));
        put("ADD", R8, IMM, 0, (c, i) -> set8(c, i, Arithmetic.add(c, 8, a(c, i), i.imm)));
        put("ADD", R8, MEM, 8, (c, i) -> set8(c, i, Arithmetic.add(c, 8, a(c, i), memory8(c, i))));
        put("ADD", R4, R4, 0, (c, i) -> set4(c, i, Arithmetic.add(c, 4, a(c, i), b(c, i))));
        put("ADD", R4, IMM, 0, (c, i) -> set4(c, i, Arithmetic.add(c, 4, a(c, i), i.imm)));
        put("ADD", R4, MEM, 4, (c, i) -> set4(c, i, Arithmetic.add(c, 4, a(c, i), memory4(c, i))));
    }

    private static void bindSub() {
        put("SUB", R8, R8, 0, (c, i) -> set8(c, i, Arithmetic.sub(c, 8, a(c, i), b(c, i))));
        put("SUB", R8, IMM, 0, (c, i) -> set8(c, i, Arithmetic.sub(c, 8, a(c, i), i.imm)));
        put("SUB", R8, MEM, 8, (c, i) -> set8(c, i, Arithmetic.sub(c, 8, a(c, i), memory8(c, i))));
        put("SUB", R4, R4, 0, (c, i) -> set4(c, i, Arithmetic.sub(c, 4, a(c, i), b(c, i))));
        put("SUB", R4, IMM, 0, (c, i) -> set4(c, i, Arithmetic.sub(c, 4, a(c, i), i.imm)));
        put("SUB", R4, MEM, 4, (c, i) -> set4(c, i, Arithmetic.sub(c, 4, a(c, i), memory4(c, i))));
    }

    private static void bindAnd() {
        put("AND", R8, R8, 0, (c, i) -> set8(c, i, Arithmetic.and(c, 8, a(c, i), b(c, i))));
        put("AND", R8, IMM, 0, (c, i) -> set8(c, i, Arithmetic.and(c, 8, a(c, i), i.imm)));
        put("AND", R8, MEM, 8, (c, i) -> set8(c, i, Arithmetic.and(c, 8, a(c, i), memory8(c, i))));
        put("AND", R4, R4, 0, (c, i) -> set4(c, i, Arithmetic.and(c, 4, a(c, i), b(c, i))));
        put("AND", R4, IMM, 0, (c, i) -> set4(c, i, Arithmetic.and(c, 4, a(c, i), i.imm)));
        put("AND", R4, MEM, 4, (c, i) -> set4(c, i, Arithmetic.and(c, 4, a(c, i), memory4(c, i))));
    }

    private static void bindOr() {
        put("OR", R8, R8, 0, (c, i) -> set8(c, i, Arithmetic.or(c, 8, a(c, i), b(c, i))));
        put("OR", R8, IMM, 0, (c, i) -> set8(c, i, Arithmetic.or(c, 8, a(c, i), i.imm)));
        put("OR", R8, MEM, 8, (c, i) -> set8(c, i, Arithmetic.or(c, 8, a(c, i), memory8(c, i))));
        put("OR", R4, R4, 0, (c, i) -> set4(c, i, Arithmetic.or(c, 4, a(c, i), b(c, i))));
        put("OR", R4, IMM, 0, (c, i) -> set4(c, i, Arithmetic.or(c, 4, a(c, i), i.imm)));
        put("OR", R4, MEM, 4, (c, i) -> set4(c, i, Arithmetic.or(c, 4, a(c, i), memory4(c, i))));
    }

    private static void bindXor() {
        put("XOR", R8, R8, 0, (c, i) -> set8(c, i, Arithmetic.xor(c, 8, a(c, i), b(c, i))));
        put("XOR", R8, IMM, 0, (c, i) -> set8(c, i, Arithmetic.xor(c, 8, a(c, i), i.imm)));
        put("XOR", R8, MEM, 8, (c, i) -> set8(c, i, Arithmetic.xor(c, 8, a(c, i), memory8(c, i))));
        put("XOR", R4, R4, 0, (c, i) -> set4(c, i, Arithmetic.xor(c, 4, a(c, i), b(c, i))));
        put("XOR", R4, IMM, 0, (c, i) -> set4(c, i, Arithmetic.xor(c, 4, a(c, i), i.imm)));
        put("XOR", R4, MEM, 4, (c, i) -> set4(c, i, Arithmetic.xor(c, 4, a(c, i), memory4(c, i))));
    }
}
