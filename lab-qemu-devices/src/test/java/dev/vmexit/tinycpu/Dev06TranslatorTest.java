package dev.vmexit.tinycpu;

import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.BX;
import static dev.vmexit.asm.Register.CX;
import static dev.vmexit.asm.Register.DX;
import static dev.vmexit.asm.Register.SI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Memory;
import dev.vmexit.asm.Register;
import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import org.junit.jupiter.api.Test;

class Dev06TranslatorTest {
    @Test
    @Graded(exercise = "dev-06", id = "dev-06.moves", points = 2)
    void registers_memory_and_ports_are_as_after_the_interpreter() {
        Board board = Board.of(a -> {
            a.mov(CX, 0x1234);
            a.mov(BX, 0xF000);
            a.mov(SI, CX);
            a.mov(DX, Memory.at(BX, 0x4000));
            a.mov(Memory.at(Board.DATA + 8), SI);
            a.mov(BX, DX);
            a.mov(DX, 0x3F8);
            a.mov(AX, 'T');
            a.out(DX, Register.AL);
            a.hlt();
        }).word(Board.DATA, 0xC0DE);
        board.run(Translator::new);
        assertThat(board.cpu.registers()).as("AX CX DX BX SP BP SI DI").containsExactly('T', 0x1234,
                0x3F8, 0xC0DE, 0, 0, 0x1234, 0);
        assertThat(board.bytes(Board.DATA + 8)).as("the bytes at 0x3008").isEqualTo("34 12");
        assertThat(board.output()).as("port 0x3f8").isEqualTo("T");
        assertThat(board.cpu.ip()).as("IP, behind HLT").isEqualTo(0x1000 + 26);
    }

    @Test
    @Graded(exercise = "dev-06", id = "dev-06.flags", points = 3)
    void every_operation_writes_its_register_and_the_flags_of_its_result() {
        Arithmetic.checkGroup(Translator::new);
        Arithmetic.checkSteps(Translator::new);
    }

    @Test
    @Graded(exercise = "dev-06", id = "dev-06.branches", points = 3)
    void a_block_leaves_to_where_its_condition_says() {
        Arithmetic.checkConditions(Translator::new);
        Board board = Board.jumpsAround();
        board.run(Translator::new);
        assertThat(board.register(1)).as("CX: the guest jumps from 0x1000 to 0xfff0 and on to "
                + "0x2000, past the last address, and executes inc CX in both places").isEqualTo(2);
        Board straight = Board.of(a -> {
            for (int i = 0; i < 3 * Translator.MOST_INSTRUCTIONS; i++) {
                a.inc(CX);
            }
            a.hlt();
        });
        straight.run(Translator::new);
        assertThat(straight.register(1)).as("CX after %d times inc CX, with no jump between",
                3 * Translator.MOST_INSTRUCTIONS).isEqualTo(3 * Translator.MOST_INSTRUCTIONS);
    }

    @Test
    @Graded(exercise = "dev-06", id = "dev-06.once", points = 2)
    void a_block_is_translated_once_and_the_limit_ends_a_loop() {
        Board board = Board.of(a -> {
            a.mov(CX, 1000);
            var again = a.here("again");
            a.add(AX, 3);
            a.dec(CX);
            a.j(Condition.NE, again);
            a.hlt();
        });
        var translator = board.run(Translator::new);
        assertThat(board.register(0)).as("AX after 1000 times add AX, 3").isEqualTo(3000);
        assertThat(board.cpu.executed()).as("instructions executed").isEqualTo(3002);
        assertThat(translator.translated()).as("blocks translated: from 0x1000, from the label "
                + "again, and HLT").isEqualTo(3);
        Board endless = Board.hex("41 eb fd");
        assertThat(new Translator(endless.cpu).run(1000)).as("inc CX; jmp back; limit 1000")
                .isEqualTo(Engine.Stop.LIMIT);
        assertThat(endless.register(1)).as("CX after 1000 instructions").isEqualTo(500);
    }

    @Test
    @Graded(exercise = "dev-06", id = "dev-06.program", points = 2)
    void a_guest_prints_computes_and_halts_and_bad_bytes_are_an_error_when_they_are_reached() {
        String text = Seed.word("dev-06");
        Board board = Programs.printer(text);
        board.run(Translator::new);
        assertThat(board.output()).as("what the guest printed through port 0x3f8").isEqualTo(text);
        assertThat(board.register(0)).as("AX, the Fibonacci number of %d", text.length())
                .isEqualTo(Programs.fibonacci(text.length()));
        assertThat(board.cpu.executed()).as("instructions executed, HLT included")
                .isEqualTo(Programs.instructions(text));
        Board bad = Board.hex("41 41 cc");
        assertThatThrownBy(() -> new Translator(bad.cpu).run(100))
                .as("inc CX; inc CX; then the byte cc").isInstanceOf(UndefinedOpcode.class)
                .hasMessageContaining("0x1002");
        assertThat(bad.register(1)).as("CX: what stands before the bad byte was executed")
                .isEqualTo(2);
    }
}
