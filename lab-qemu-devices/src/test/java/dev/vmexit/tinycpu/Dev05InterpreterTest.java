package dev.vmexit.tinycpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Memory;
import dev.vmexit.asm.Register;
import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.tinycpu.Insn.Address;
import dev.vmexit.tinycpu.Insn.Compute;
import dev.vmexit.tinycpu.Insn.Immediate;
import dev.vmexit.tinycpu.Insn.Operation;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Dev05InterpreterTest {
    private static void decodes(String bytes, Insn expected) {
        byte[] memory = new byte[TinyCpu.MEMORY_BYTES];
        byte[] code = HexFormat.ofDelimiter(" ").parseHex(bytes);
        System.arraycopy(code, 0, memory, Board.ORIGIN, code.length);
        assertThat(Decoder.decode(memory, Board.ORIGIN)).as("the bytes %s at 0x1000", bytes)
                .isEqualTo(new Decoded(expected, Board.ORIGIN, Board.ORIGIN + code.length));
    }

    @Test
    @Graded(exercise = "dev-05", id = "dev-05.decode", points = 3)
    void bytes_become_the_instruction_of_the_opcode_map() {
        decodes("b8 34 12", new Insn.Move(0, new Immediate(0x1234)));
        decodes("bf fe ff", new Insn.Move(7, new Immediate(0xFFFE)));
        decodes("89 d8", new Insn.Move(0, new Insn.Register(3)));
        decodes("8b d8", new Insn.Move(3, new Insn.Register(0)));
        decodes("8b 0e 00 30", new Insn.Load(1, new Address(-1, -1, 0x3000)));
        decodes("89 46 fe", new Insn.Store(new Address(5, -1, -2), 0));
        decodes("89 10", new Insn.Store(new Address(3, 6, 0), 2));
        decodes("01 c8", new Compute(Operation.ADD, 0, new Insn.Register(1)));
        decodes("2b c8", new Compute(Operation.SUB, 1, new Insn.Register(0)));
        decodes("35 00 ff", new Compute(Operation.XOR, 0, new Immediate(0xFF00)));
        decodes("81 e2 f0 0f", new Compute(Operation.AND, 2, new Immediate(0x0FF0)));
        decodes("83 fa ff", new Compute(Operation.CMP, 2, new Immediate(0xFFFF)));
        decodes("41", new Compute(Operation.INC, 1, new Immediate(1)));
        decodes("4f", new Compute(Operation.DEC, 7, new Immediate(1)));
        decodes("ff c6", new Compute(Operation.INC, 6, new Immediate(1)));
        decodes("75 fe", new Insn.JumpIf(Condition.NE, 0x1000));
        decodes("7f 10", new Insn.JumpIf(Condition.G, 0x1012));
        decodes("0f 84 00 f0", new Insn.JumpIf(Condition.E, 0x0004));
        decodes("eb 80", new Insn.Jump(0x0F82));
        decodes("e9 fd 7f", new Insn.Jump(0x9000));
        decodes("ee", new Insn.Out());
        decodes("f4", new Insn.Hlt());
    }

    @Test
    @Graded(exercise = "dev-05", id = "dev-05.undefined", points = 1)
    void anything_else_is_an_error_with_address_and_bytes_and_IP_stays() {
        for (String bytes : new String[]{"cc", "0f 0b", "7a", "09", "83 c8", "00", "88", "fe",
                "c7", "90"}) {
            Board board = Board.hex("41 " + bytes + " 00 00");
            new Interpreter(board.cpu).run(1);
            assertThatThrownBy(() -> new Interpreter(board.cpu).run(1))
                    .as("the guest executes inc CX, then %s", bytes)
                    .isInstanceOf(UndefinedOpcode.class).hasMessageContaining("0x1001")
                    .hasMessageContaining(bytes);
            assertThat(board.cpu.ip()).as("IP after the error").isEqualTo(0x1001);
            assertThat(board.register(1)).as("CX: the instruction before was executed")
                    .isEqualTo(1);
        }
    }

    @Test
    @Graded(exercise = "dev-05", id = "dev-05.flags", points = 3)
    void every_operation_writes_its_register_and_the_flags_of_its_result() {
        Arithmetic.checkGroup(Interpreter::new);
        Arithmetic.checkSteps(Interpreter::new);
    }

    @Test
    @Graded(exercise = "dev-05", id = "dev-05.jumps", points = 2)
    void jumps_go_where_their_condition_says_and_IP_has_16_bits() {
        Arithmetic.checkConditions(Interpreter::new);
        Board board = Board.jumpsAround();
        board.run(Interpreter::new);
        assertThat(board.register(1)).as("CX: the guest jumps from 0x1000 to 0xfff0 and on to "
                + "0x2000, past the last address, and executes inc CX in both places").isEqualTo(2);
    }

    @Test
    @Graded(exercise = "dev-05", id = "dev-05.memory", points = 1)
    void words_lie_in_memory_with_the_lower_byte_first_and_an_address_has_16_bits() {
        Board board = Board.of(a -> {
            a.mov(Register.BX, 0xF000);
            a.mov(Register.CX, Memory.at(Register.BX, 0x4000));
            a.mov(Register.BP, 0x3010);
            a.mov(Memory.at(Register.BP, -8), Register.CX);
            a.hlt();
        }).word(Board.DATA, 0xC0DE);
        board.run(Interpreter::new);
        assertThat(board.register(1)).as("CX: mov CX, [BX + 0x4000] with BX = 0xf000 is a load "
                + "from 0x3000").isEqualTo(0xC0DE);
        assertThat(board.bytes(0x3008)).as("the bytes at 0x3008, after mov [BP - 8], CX with "
                + "CX = 0xc0de").isEqualTo("de c0");
    }

    @Test
    @Graded(exercise = "dev-05", id = "dev-05.program", points = 2)
    void a_guest_prints_computes_and_halts() {
        String text = Seed.word("dev-05");
        Board board = Programs.printer(text);
        board.run(Interpreter::new);
        assertThat(board.output()).as("what the guest printed through port 0x3f8").isEqualTo(text);
        assertThat(board.register(0)).as("AX, the Fibonacci number of %d", text.length())
                .isEqualTo(Programs.fibonacci(text.length()));
        assertThat(board.cpu.executed()).as("instructions executed, HLT included")
                .isEqualTo(Programs.instructions(text));
    }
}
