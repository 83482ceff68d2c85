package dev.vmexit.tinycpu;

import static dev.vmexit.tinycpu.TinyCpu.AX;
import static dev.vmexit.tinycpu.TinyCpu.CARRY;
import static dev.vmexit.tinycpu.TinyCpu.DX;
import static dev.vmexit.tinycpu.TinyCpu.OVERFLOW;
import static dev.vmexit.tinycpu.TinyCpu.RESULT;

import dev.vmexit.asm.Condition;
import dev.vmexit.course.Todo;
import dev.vmexit.tinycpu.Insn.Operation;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/// Writes the method `run` of a block.
///
/// ```
///  local  0 this   1 TinyCpu   2 int[] slots   3 a   4 b   5 value   6 + n  slot n
/// ```
///
/// A slot travels into its local where the block first uses it, and those that the block has
/// written travel back on every way out. Only the ways out branch, so "before" in the block is
/// "before" in time.
final class BlockCode {
    static final ClassDesc CODE = Block.Code.class.describeConstable().orElseThrow();
    static final ClassDesc CPU = TinyCpu.class.describeConstable().orElseThrow();
    static final MethodTypeDesc RUN = MethodTypeDesc.of(ConstantDescs.CD_void, CPU);

    private static final ClassDesc FLAGS = Flags.class.describeConstable().orElseThrow();
    private static final ClassDesc VOID = ConstantDescs.CD_void;
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc BOOLEAN = ConstantDescs.CD_boolean;

    private static final int THE_CPU = 1;
    private static final int SLOTS = 2;
    private static final int A = 3;
    private static final int B = 4;
    private static final int VALUE = 5;
    private static final int FIRST_SLOT = 6;

    private final CodeBuilder code;
    /// Bit n: slot n is in its local, and has been written.
    private int inLocal;
    private int isWritten;
    private int executed;

    private BlockCode(CodeBuilder code) {
        this.code = code;
    }

    static void write(List<Decoded> block, CodeBuilder code) {
        var writer = new BlockCode(code);
        code.aload(THE_CPU).getfield(CPU, "slots", INT.arrayType()).astore(SLOTS);
        for (Decoded decoded : block) {
            writer.executed++;
            writer.instruction(decoded.insn(), decoded.next());
        }
        if (!block.getLast().insn().endsBlock()) {
            writer.leave(block.getLast().next());
        }
    }

    /// Writes what one instruction does: the methods below push onto the JVM's stack and pop from
    /// it. An instruction that ends the block leaves it on every way.
    ///
    /// @param next the address behind it
    private void instruction(Insn insn, int next) {
        throw Todo.of("dev-06", "a switch over the eight records of Insn");
    }

    /// As in the interpreter, with the locals A, B and VALUE for a, b and the value.
    private void compute(Operation operation, int to, Insn.Source from) {
        throw Todo.of("dev-06", "write the bytecode of Interpreter.compute");
    }

    /// Pushes OF of an operation whose operands are in A and B, and whose result is in RESULT.
    private void pushOverflow(Operation operation) {
        if (!operation.isSum() && !operation.isDifference()) {
            code.iconst_0();
            return;
        }
        code.iload(A).iload(B);
        push(RESULT);
        code.invokestatic(FLAGS, operation.isSum() ? "overflowOfSum" : "overflowOfDifference",
                MethodTypeDesc.of(INT, INT, INT, INT));
    }

    /// Pushes whether a condition holds, 1 or 0.
    private void push(Condition condition) {
        code.loadConstant(condition.ordinal());
        push(RESULT);
        push(CARRY);
        push(OVERFLOW);
        code.invokestatic(FLAGS, "holds", MethodTypeDesc.of(BOOLEAN, INT, INT, INT, INT));
    }

    /// Pushes the word at an address.
    private void load(Insn.Address from) {
        code.aload(THE_CPU);
        push(from);
        code.invokevirtual(CPU, "load", MethodTypeDesc.of(INT, INT));
    }

    /// A store that changes code may have changed what follows here: then the rest is not executed,
    /// and the dispatcher goes on at `next`.
    private void store(Insn.Address to, int from, int next) {
        Label unchanged = code.newLabel();
        code.aload(THE_CPU);
        push(to);
        push(from);
        code.invokevirtual(CPU, "store", MethodTypeDesc.of(BOOLEAN, INT, INT));
        code.ifeq(unchanged);
        leave(next);
        code.labelBinding(unchanged);
    }

    private void out() {
        code.aload(THE_CPU);
        push(DX);
        push(AX);
        code.invokevirtual(CPU, "out", MethodTypeDesc.of(VOID, INT, INT));
    }

    private void push(Insn.Source source) {
        switch (source) {
            case Insn.Register(int number) -> push(number);
            case Insn.Immediate(int value) -> code.loadConstant(value);
        }
    }

    /// Pushes the offset in the segment.
    private void push(Insn.Address address) {
        code.loadConstant(address.displacement());
        for (int register : new int[]{address.base(), address.index()}) {
            if (register != Insn.Address.NONE) {
                push(register);
                code.iadd();
            }
        }
        code.loadConstant(0xFFFF).iand();
    }

    /// Pushes a slot.
    private void push(int slot) {
        if ((inLocal & 1 << slot) == 0) {
            code.aload(SLOTS).loadConstant(slot).iaload().istore(FIRST_SLOT + slot);
            inLocal |= 1 << slot;
        }
        code.iload(FIRST_SLOT + slot);
    }

    /// Pops a slot: what is on the JVM's stack becomes its value.
    private void pop(int slot) {
        code.istore(FIRST_SLOT + slot);
        inLocal |= 1 << slot;
        isWritten |= 1 << slot;
    }

    /// Writes a way out: the CPU gets the slots, the count of instructions, and IP.
    private void leave(int ip) {
        for (int slot = 0; isWritten >>> slot != 0; slot++) {
            if ((isWritten & 1 << slot) != 0) {
                code.aload(SLOTS).loadConstant(slot).iload(FIRST_SLOT + slot).iastore();
            }
        }
        code.aload(THE_CPU).dup().getfield(CPU, "executed", LONG);
        code.loadConstant((long) executed).ladd().putfield(CPU, "executed", LONG);
        code.aload(THE_CPU).loadConstant(ip).putfield(CPU, "ip", INT);
        code.return_();
    }
}
