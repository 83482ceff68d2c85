package dev.vmexit.tinycpu;

import dev.vmexit.asm.Alu;
import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Memory;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Register;
import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A guest of the twelve instructions that always ends: a loop with a counter in memory around
/// instructions that jump forwards only. Some of them overwrite operands of others.
final class RandomGuest {
    static final int ORIGIN = 0x1000;
    private static final int DATA = 0x3000;
    private static final int COUNTER = 0x3800;
    private static final int ROUNDS = 4;
    private static final Register[] FREE = {Register.AX, Register.CX, Register.DX, Register.SP,
            Register.BP, Register.SI, Register.DI};
    private static final Alu[] OPERATIONS = {Alu.ADD, Alu.AND, Alu.SUB, Alu.XOR, Alu.CMP};
    private static final Condition[] CONDITIONS = java.util.Arrays.stream(Condition.values())
            .filter(c -> c != Condition.P && c != Condition.NP).toArray(Condition[]::new);

    private final Assembler a = new Assembler(ORIGIN, Mode.BITS16);
    private final Random random;
    /// Operands of two bytes that may be overwritten.
    private final List<Label> operands = new ArrayList<>();

    private RandomGuest(long seed) {
        random = new Random(seed);
    }

    static GuestProgram of(long seed, int instructions) {
        var guest = new RandomGuest(seed);
        guest.write(instructions);
        return new GuestProgram("random " + seed, "random instructions", EntryMode.REAL, false,
                0x1_0000, ORIGIN, guest.a.assemble(), guest.a.listing(), "", "");
    }

    private void write(int instructions) {
        a.mov(Register.AX, ROUNDS);
        a.mov(Memory.at(COUNTER), Register.AX);
        a.mov(Register.BX, DATA + 0x100);
        Label again = a.here("again");
        for (int n = 0; n < instructions; n++) {
            instruction();
        }
        a.mov(Register.AX, Memory.at(COUNTER));
        a.alu(Alu.SUB, Register.AX, 1);
        a.mov(Memory.at(COUNTER), Register.AX);
        a.j(Condition.NE, again);
        a.cmp(Register.CX, random.nextInt(0x1_0000));
        a.hlt();
    }

    private void instruction() {
        switch (random.nextInt(10)) {
            case 0 -> a.mov(free(), any());
            case 1 -> movePatchable();
            case 2, 3 -> a.alu(OPERATIONS[random.nextInt(5)], free(), any());
            case 4 -> a.alu(OPERATIONS[random.nextInt(5)], free(), number());
            case 5 -> step();
            case 6 -> memory();
            case 7 -> jump();
            case 8 -> print();
            default -> patch();
        }
    }

    private Register free() {
        return FREE[random.nextInt(FREE.length)];
    }

    private Register any() {
        return random.nextInt(8) == 0 ? Register.BX : free();
    }

    private int number() {
        int[] edges = {0, 1, 0x7FFF, 0x8000, 0xFFFF};
        return random.nextBoolean() ? edges[random.nextInt(5)] : random.nextInt(0x1_0000);
    }

    /// `MOV r16, imm16`, whose operand is known to [#patch].
    private void movePatchable() {
        int register = new int[]{0, 1, 2, 4, 5, 6, 7}[random.nextInt(7)];
        a.bytes((byte) (0xB8 + register));
        operands.add(a.here("operand"));
        a.word(number());
    }

    private void step() {
        if (random.nextBoolean()) {
            a.inc(free());
        } else {
            a.dec(free());
        }
    }

    private void memory() {
        Memory place = random.nextBoolean()
                ? Memory.at(DATA + random.nextInt(0x200))
                : Memory.at(Register.BX, random.nextInt(256) - 128);
        if (random.nextBoolean()) {
            a.mov(free(), place);
        } else {
            a.mov(place, any());
        }
    }

    /// Over one or two instructions that cannot be overwritten halfway.
    private void jump() {
        Label over = a.label("over");
        if (random.nextInt(4) == 0) {
            a.jmp(over);
        } else {
            a.j(CONDITIONS[random.nextInt(CONDITIONS.length)], over);
        }
        movePatchable();
        if (random.nextBoolean()) {
            step();
        }
        a.bind(over);
    }

    private void print() {
        a.mov(Register.DX, GuestProgram.CONSOLE);
        a.out(Register.DX, Register.AL);
    }

    /// Into an operand behind or before this instruction.
    private void patch() {
        if (random.nextBoolean() && !operands.isEmpty()) {
            a.mov(Memory.at(operands.get(random.nextInt(operands.size()))), free());
            return;
        }
        Label operand = a.label("operand");
        a.mov(Memory.at(operand), any());
        step();
        a.bytes((byte) 0xB9);
        a.bind(operand);
        a.word(number());
    }
}
