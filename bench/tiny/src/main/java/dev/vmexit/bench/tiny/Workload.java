package dev.vmexit.bench.tiny;

import dev.vmexit.asm.Alu;
import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Memory;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Register;
import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;
import java.util.function.BiConsumer;

/// A loop in a loop. The inner one is entered 65,535 times round, and has six instructions.
enum Workload {
    REGISTERS("registers only", (a, r) -> {
        a.alu(Alu.ADD, r.a, r.c);
        a.alu(Alu.XOR, r.a, r.b);
        a.mov(r.b, r.a);
        a.alu(Alu.AND, r.b, 0x7FFF);
    }),
    MEMORY("a load and a store", (a, r) -> {
        a.mov(r.a, Memory.at(r.data));
        a.alu(Alu.ADD, r.a, r.c);
        a.alu(Alu.XOR, r.a, r.b);
        a.mov(Memory.at(r.data), r.a);
    });

    private static final int INNER = 0xFFFF;
    private static final int ORIGIN = 0x1000;
    private static final int DATA = 0x3000;

    /// The registers of a mode. In 64-bit code they have 32 bits: the low 16 of every result are
    /// the same, since nothing here carries downwards.
    private enum Names {
        BITS16(Register.AX, Register.BX, Register.CX, Register.SI, Register.DI), //
        BITS64(Register.EAX, Register.EBX, Register.ECX, Register.ESI, Register.RDI);

        private final Register a;
        private final Register b;
        private final Register c;
        private final Register rounds;
        private final Register data;

        Names(Register a, Register b, Register c, Register rounds, Register data) {
            this.a = a;
            this.b = b;
            this.c = c;
            this.rounds = rounds;
            this.data = data;
        }
    }

    private final String title;
    private final BiConsumer<Assembler, Names> body;

    Workload(String title, BiConsumer<Assembler, Names> body) {
        this.title = title;
        this.body = body;
    }

    String title() {
        return title;
    }

    /// @param rounds 1 … 65,535
    GuestProgram guest(EntryMode mode, int rounds) {
        boolean wide = mode == EntryMode.LONG;
        var a = new Assembler(ORIGIN, wide ? Mode.BITS64 : Mode.BITS16);
        Names r = wide ? Names.BITS64 : Names.BITS16;
        a.mov(r.a, 1);
        a.mov(r.b, 2);
        a.mov(r.data, DATA);
        a.mov(r.rounds, rounds);
        Label outer = a.here("outer");
        a.mov(r.c, INNER);
        Label inner = a.here("inner");
        body.accept(a, r);
        a.dec(r.c);
        a.j(Condition.NE, inner);
        a.dec(r.rounds);
        a.j(Condition.NE, outer);
        a.hlt();
        return new GuestProgram(name(), title, mode, false, 1 << 20, ORIGIN, a.assemble(),
                a.listing(), "", "");
    }

    /// {@return how many instructions a guest executes}
    static long instructions(int rounds) {
        return 4 + rounds * (6L * INNER + 3) + 1;
    }
}
