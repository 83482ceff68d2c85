package dev.vmexit.tinycpu;

import static dev.vmexit.tinycpu.TinyCpu.AX;
import static dev.vmexit.tinycpu.TinyCpu.CARRY;
import static dev.vmexit.tinycpu.TinyCpu.DX;
import static dev.vmexit.tinycpu.TinyCpu.OVERFLOW;
import static dev.vmexit.tinycpu.TinyCpu.RESULT;

import dev.vmexit.course.Todo;
import dev.vmexit.tinycpu.Insn.Operation;

/// Fetch, decode, execute, one instruction after the other. Nothing is remembered: an instruction
/// in a loop is decoded each time.
public final class Interpreter implements Engine {
    private final TinyCpu cpu;
    private final int[] slots;

    public Interpreter(TinyCpu cpu) {
        this.cpu = cpu;
        this.slots = cpu.slots;
    }

    /// {@inheritDoc} After an error all registers are as before the instruction that made it.
    @Override
    public Stop run(long instructions) {
        long before = cpu.executed;
        while (!cpu.halted && cpu.executed - before < instructions) {
            Decoded decoded = Decoder.decode(cpu.memory, cpu.ip);
            cpu.ip = execute(decoded.insn(), decoded.next());
            cpu.executed++;
        }
        return cpu.halted ? Stop.HALTED : Stop.LIMIT;
    }

    /// Executes one instruction.
    ///
    /// @param next the address behind it
    /// @return the address of the one that follows
    private int execute(Insn insn, int next) {
        throw Todo.of("dev-05", "a switch over the eight records of Insn");
    }

    /// Computes, writes the flags and, but for CMP, the register. [Flags] says what the slots
    /// RESULT, CARRY and OVERFLOW hold.
    private void compute(Operation operation, int to, int b) {
        throw Todo.of("dev-05", "compute, set the three flag slots, write the register");
    }

    private static int overflow(Operation operation, int a, int b, int result) {
        return operation.isSum()
                ? Flags.overflowOfSum(a, b, result)
                : operation.isDifference() ? Flags.overflowOfDifference(a, b, result) : 0;
    }

    private boolean holds(Insn.JumpIf jump) {
        return Flags.holds(jump.condition().ordinal(), slots[RESULT], slots[CARRY],
                slots[OVERFLOW]);
    }

    private int value(Insn.Source source) {
        return switch (source) {
            case Insn.Register(int number) -> slots[number];
            case Insn.Immediate(int value) -> value;
        };
    }

    private int address(Insn.Address address) {
        int sum = address.displacement();
        sum += address.base() == Insn.Address.NONE ? 0 : slots[address.base()];
        sum += address.index() == Insn.Address.NONE ? 0 : slots[address.index()];
        return sum & 0xFFFF;
    }
}
