package dev.vmexit.tinycpu;

import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.BX;
import static dev.vmexit.asm.Register.CX;
import static dev.vmexit.asm.Register.DX;
import static dev.vmexit.asm.Register.SI;

import dev.vmexit.asm.Alu;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Memory;

/// Guests that need all of the CPU.
final class Programs {
    private Programs() {}

    /// Prints a text of which each letter was XORed with its distance from the end; then computes
    /// the Fibonacci number of the text's length in AX.
    static Board printer(String text) {
        Board board = Board.of(a -> {
            a.mov(SI, Board.DATA);
            a.mov(CX, text.length());
            a.mov(DX, 0x3F8);
            var letter = a.here("letter");
            a.mov(AX, Memory.at(SI));
            a.xor(AX, CX);
            a.out(DX, dev.vmexit.asm.Register.AL);
            a.add(SI, 2);
            a.dec(CX);
            a.j(Condition.NE, letter);
            a.mov(CX, text.length());
            a.xor(AX, AX);
            a.mov(BX, 1);
            var sum = a.here("sum");
            a.mov(DX, AX);
            a.alu(Alu.ADD, DX, BX);
            a.mov(AX, BX);
            a.mov(BX, DX);
            a.alu(Alu.SUB, CX, 1);
            a.j(Condition.A, sum);
            a.hlt();
        });
        for (int i = 0; i < text.length(); i++) {
            board.word(Board.DATA + 2 * i, text.charAt(i) ^ text.length() - i);
        }
        return board;
    }

    /// {@return the same by Java}
    static int fibonacci(int n) {
        int a = 0;
        int b = 1;
        for (int i = 0; i < n; i++) {
            int next = a + b & 0xFFFF;
            a = b;
            b = next;
        }
        return a;
    }

    /// {@return how many instructions the printer executes}
    static long instructions(String text) {
        return 3 + 6L * text.length() + 3 + 6L * text.length() + 1;
    }
}
