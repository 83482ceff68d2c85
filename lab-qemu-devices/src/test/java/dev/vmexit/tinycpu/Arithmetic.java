package dev.vmexit.tinycpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.asm.Alu;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Register;
import java.util.function.Function;

/// What the seven operations and the fourteen conditions must give, by rules that know nothing of
/// bits: a sum overflows if it is not the sum.
final class Arithmetic {
    private static final int[] NUMBERS = {0, 1, 2, 0x00FF, 0x7FFE, 0x7FFF, 0x8000, 0x8001, 0xFFFE,
            0xFFFF};

    private Arithmetic() {}

    /// ADD, AND, SUB, XOR, CMP of every pair of numbers.
    static void checkGroup(Function<TinyCpu, Engine> kind) {
        for (Alu operation : new Alu[]{Alu.ADD, Alu.AND, Alu.SUB, Alu.XOR, Alu.CMP}) {
            for (int a : NUMBERS) {
                for (int b : NUMBERS) {
                    checkGroup(kind, operation, a, b);
                }
            }
        }
    }

    private static void checkGroup(Function<TinyCpu, Engine> kind, Alu operation, int a, int b) {
        Board board = Board.of(code -> {
            code.mov(Register.CX, a);
            code.mov(Register.SI, b);
            code.alu(operation, Register.CX, Register.SI);
            code.hlt();
        });
        board.run(kind);
        String guest = "%s CX, SI with CX = 0x%04x and SI = 0x%04x".formatted(operation, a, b);
        String expected = expected(operation, a, b);
        assertThat(state(board)).as("%s: CX and the flags", guest).isEqualTo(expected);
    }

    private static String expected(Alu operation, int a, int b) {
        int unsigned = switch (operation) {
            case ADD -> a + b;
            case AND -> a & b;
            case XOR -> a ^ b;
            default -> a - b;
        };
        int signed = switch (operation) {
            case ADD -> (short) a + (short) b;
            case SUB, CMP -> (short) a - (short) b;
            default -> (short) unsigned;
        };
        return text(operation == Alu.CMP ? a : unsigned & 0xFFFF, unsigned != (unsigned & 0xFFFF),
                signed != (short) signed, (short) unsigned);
    }

    private static String text(int register, boolean carry, boolean overflow, int result) {
        return "%04x%s%s%s%s".formatted(register, carry ? " CF" : "", result == 0 ? " ZF" : "",
                result < 0 ? " SF" : "", overflow ? " OF" : "");
    }

    private static String state(Board board) {
        int flags = board.cpu.flags();
        return "%04x%s%s%s%s".formatted(board.register(1), (flags & 0x001) != 0 ? " CF" : "",
                (flags & 0x040) != 0 ? " ZF" : "", (flags & 0x080) != 0 ? " SF" : "",
                (flags & 0x800) != 0 ? " OF" : "");
    }

    /// INC and DEC, with CF set and clear before.
    static void checkSteps(Function<TinyCpu, Engine> kind) {
        for (int a : NUMBERS) {
            for (boolean carry : new boolean[]{false, true}) {
                step(kind, a, carry, 1);
                step(kind, a, carry, -1);
            }
        }
    }

    private static void step(Function<TinyCpu, Engine> kind, int a, boolean carry, int by) {
        Board board = Board.of(code -> {
            code.mov(Register.CX, a);
            code.mov(Register.DX, carry ? 0xFFFF : 0);
            code.add(Register.DX, 1);
            var other = code.label("other block");
            code.jmp(other);
            code.bind(other);
            if (by > 0) {
                code.inc(Register.CX);
            } else {
                code.dec(Register.CX);
            }
            code.hlt();
        });
        board.run(kind);
        int result = (short) (a + by);
        int signed = (short) a + by;
        assertThat(state(board))
                .as("%s CX with CX = 0x%04x and CF %s", by > 0 ? "inc" : "dec", a,
                        carry ? "set" : "clear")
                .isEqualTo(text(result & 0xFFFF, carry, signed != result, result));
    }

    /// Every condition after CMP of every pair.
    static void checkConditions(Function<TinyCpu, Engine> kind) {
        for (Condition condition : Condition.values()) {
            if (condition == Condition.P || condition == Condition.NP) {
                continue;
            }
            for (int a : NUMBERS) {
                for (int b : NUMBERS) {
                    checkCondition(kind, condition, a, b);
                }
            }
        }
    }

    private static void checkCondition(Function<TinyCpu, Engine> kind, Condition condition, int a,
            int b) {
        Board board = Board.of(code -> {
            var taken = code.label("taken");
            code.mov(Register.AX, a);
            code.cmp(Register.AX, b);
            code.j(condition, taken);
            code.mov(Register.CX, 'n');
            code.hlt();
            code.bind(taken);
            code.mov(Register.CX, 'y');
            code.hlt();
        });
        board.run(kind);
        assertThat((char) board.register(1))
                .as("y: the jump was taken, n: it was not; cmp AX, 0x%04x with AX = 0x%04x; j%s",
                        b, a, condition)
                .isEqualTo(holds(condition, a, b) ? 'y' : 'n');
    }

    private static boolean holds(Condition condition, int a, int b) {
        int difference = (short) a - (short) b;
        return switch (condition) {
            case O -> difference != (short) difference;
            case NO -> difference == (short) difference;
            case B -> a < b;
            case AE -> a >= b;
            case E -> a == b;
            case NE -> a != b;
            case BE -> a <= b;
            case A -> a > b;
            case S -> (short) difference < 0;
            case NS -> (short) difference >= 0;
            case L -> (short) a < (short) b;
            case GE -> (short) a >= (short) b;
            case LE -> (short) a <= (short) b;
            case G -> (short) a > (short) b;
            case P, NP -> throw new IllegalArgumentException(condition.toString());
        };
    }
}
