package dev.vmexit.tinycpu;

import static dev.vmexit.tinycpu.TinyCpu.AX;
import static dev.vmexit.tinycpu.TinyCpu.CARRY;
import static dev.vmexit.tinycpu.TinyCpu.DX;
import static dev.vmexit.tinycpu.TinyCpu.OVERFLOW;
import static dev.vmexit.tinycpu.TinyCpu.RESULT;

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
    // tag::interpret[]
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
    // end::interpret[]

    /// Executes one instruction.
    ///
    /// @param next the address behind it
    /// @return the address of the one that follows
    // tag::dev-05-execute[]
    private int execute(Insn insn, int next) {
        // tag::solution[]
        switch (insn) {
            case Insn.Move(int to, Insn.Source from) -> slots[to] = value(from);
            case Insn.Load(int to, Insn.Address from) -> slots[to] = cpu.load(address(from));
            case Insn.Store(Insn.Address to, int from) -> cpu.store(address(to), slots[from]);
            case Insn.Compute(Operation operation, int to, Insn.Source from) ->
                compute(operation, to, value(from));
            case Insn.Jump(int target) -> {
                return target;
            }
            case Insn.JumpIf jump -> {
                return holds(jump) ? jump.target() : next;
            }
            case Insn.Out() -> cpu.out(slots[DX], slots[AX]);
            case Insn.Hlt() -> cpu.halted = true;
        }
        return next;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-05", "a switch over the eight records of Insn");
        // end::stub[]
    }
    // end::dev-05-execute[]

    /// Computes, writes the flags and, but for CMP, the register. [Flags] says what the slots
    /// RESULT, CARRY and OVERFLOW hold.
    // tag::dev-05-compute[]
    private void compute(Operation operation, int to, int b) {
        // tag::solution[]
        int a = slots[to];
        int value = switch (operation) {
            case ADD, INC -> a + b;
            case SUB, CMP, DEC -> a - b;
            case AND -> a & b;
            case XOR -> a ^ b;
        };
        int result = value & 0xFFFF;
        slots[RESULT] = result;
        if (operation.writesCarry()) {
            slots[CARRY] = value >>> 16 & 1; // <1>
        }
        slots[OVERFLOW] = overflow(operation, a, b, result);
        if (operation.writesRegister()) {
            slots[to] = result;
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-05", "compute, set the three flag slots, write the register");
        // end::stub[]
    }
    // end::dev-05-compute[]

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
