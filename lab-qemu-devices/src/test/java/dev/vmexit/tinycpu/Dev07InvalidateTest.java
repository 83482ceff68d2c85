package dev.vmexit.tinycpu;

import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.BX;
import static dev.vmexit.asm.Register.CX;
import static dev.vmexit.asm.Register.DX;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Memory;
import dev.vmexit.asm.Register;
import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import org.junit.jupiter.api.Test;

class Dev07InvalidateTest {
    private static final int START = 0x1FF0;
    private static final int LAST = 0x2010;

    /// Prints the operand of an instruction, and puts the next letter of a text there.
    private static Board patcher(String text) {
        Board board = Board.of(a -> {
            a.mov(DX, 0x3F8);
            a.mov(BX, Board.DATA);
            a.mov(CX, text.length());
            var letter = a.here("letter");
            a.mov(AX, text.charAt(0));
            a.out(DX, Register.AL);
            a.add(BX, 2);
            a.mov(AX, Memory.at(BX));
            a.mov(Memory.at(letter.address() + 1), AX);
            a.dec(CX);
            a.j(Condition.NE, letter);
            a.hlt();
        });
        for (int i = 0; i < text.length(); i++) {
            board.word(Board.DATA + 2 * i, text.charAt(i));
        }
        return board;
    }

    @Test
    @Graded(exercise = "dev-07", id = "dev-07.later", points = 2)
    void a_block_that_was_overwritten_is_executed_as_it_is_now() {
        String text = Seed.word("dev-07");
        Board board = patcher(text);
        board.run(Translator::new);
        assertThat(board.output()).as("the guest patches the operand of mov AX, letter, and prints "
                + "AX").isEqualTo(text);
        assertThat(board.cpu.translations.count()).as("valid blocks in the cache at the end")
                .isBetween(1, 4);
    }

    @Test
    @Graded(exercise = "dev-07", id = "dev-07.running", points = 2)
    void a_block_that_rewrites_what_follows_in_itself_executes_the_new_bytes() {
        Board board = Board.of(a -> {
            var operand = a.label("operand");
            a.mov(BX, 0x2222);
            a.mov(Memory.at(operand), BX);
            a.inc(AX);
            a.bytes((byte) 0xBE);
            a.bind(operand);
            a.word(0x1111);
            a.hlt();
        });
        board.run(Translator::new);
        assertThat(board.register(6)).as("SI after mov SI, 0x1111, whose operand the same block "
                + "overwrote with 0x2222 two instructions before").isEqualTo(0x2222);
        assertThat(board.register(0)).as("AX: inc AX between the two was executed once")
                .isEqualTo(1);
        assertThat(board.cpu.executed()).as("instructions executed").isEqualTo(5);
    }

    /// After a guest that is one block, with bytes in two pages: inc CX, 32 times, and HLT.
    private static Board straight() {
        byte[] image = new byte[LAST - START + 1];
        java.util.Arrays.fill(image, (byte) 0x41);
        image[LAST - START] = (byte) 0xF4;
        var board = new Board(START, image);
        board.run(Translator::new);
        return board;
    }

    @Test
    @Graded(exercise = "dev-07", id = "dev-07.edges", points = 1)
    void a_write_to_any_byte_of_a_block_forgets_it() {
        for (int address : new int[]{START - 1, START, 0x1FFF, 0x2008, LAST}) {
            Board board = straight();
            String write = "a word is written to 0x%04x; a block has 0x1ff0 … 0x2010"
                    .formatted(address);
            assertThat(board.cpu.store(address, 0x9090)).as("%s: code changed?", write).isTrue();
            assertThat(board.cpu.translations.at(START)).as("%s: the block, afterwards", write)
                    .isNull();
            assertThat(board.cpu.translations.count()).as("%s: valid blocks left", write)
                    .isZero();
            assertThat(board.cpu.store(address, 0x4141)).as("%s, and once more: code changed?",
                    write).isFalse();
        }
    }

    @Test
    @Graded(exercise = "dev-07", id = "dev-07.data", points = 1)
    void a_write_beside_a_block_in_the_same_page_keeps_it() {
        for (int address : new int[]{0x1000, START - 2, LAST + 1, 0x2FFE}) {
            Board board = straight();
            String write = "a word is written to 0x%04x; a block has 0x1ff0 … 0x2010"
                    .formatted(address);
            assertThat(board.cpu.store(address, 0x9090)).as("%s: code changed?", write).isFalse();
            assertThat(board.cpu.translations.at(START)).as("%s: the block, afterwards", write)
                    .isNotNull();
            assertThat(board.cpu.translations.count()).as("%s: valid blocks left", write)
                    .isEqualTo(1);
        }
    }
}
