package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Tlb;
import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.exec.Interpreter;
import dev.vmexit.softkvm.translate.Translator;
import org.junit.jupiter.api.Test;

/// What no single instruction shows: how code is kept, and let go.
class RunningTest {
    private static final String JMP_SELF = "EB FE";
    private static final int OTHER_PAGE = 0xA000;
    private static final int CROSSING = 0xBFFE;
    /// In the page of the code, 2 KiB behind it.
    private static final int DATA = SystemMachine.CODE + 0x800;

    /// Everything at its second run.
    private static final class AtOnce implements Interpreter.Heat {
        @Override
        public int threshold() {
            return 2;
        }

        @Override
        public void hot(Cpu c, Block block) {
            Translator.translate(block).install();
        }
    }

    private static boolean writable(Cpu cpu, long linear) {
        long[] write = cpu.tlb.current.write;
        return write[Tlb.index(linear, write)] == (linear & Tlb.PAGE_MASK);
    }

    /// mov [DATA], al · jmp to it
    private static String storeForever() {
        return "88 04 25 00 68 00 00 EB F7";
    }

    @Test
    void a_page_that_was_code_becomes_data_after_some_writes() {
        var m = new SystemMachine();
        m.long64(0);
        m.code(SystemMachine.CODE, JMP_SELF);
        m.run(SystemMachine.CODE, 10);
        m.code(OTHER_PAGE, storeForever());
        m.run(OTHER_PAGE, 20);
        assertThat(writable(m.cpu, DATA)).as("after ten writes").isFalse();
        m.run(OTHER_PAGE, 1000);
        assertThat(writable(m.cpu, DATA)).as("after hundreds").isTrue();
    }

    @Test
    void and_code_again_when_it_is_executed() {
        var m = new SystemMachine();
        m.long64(0);
        m.code(SystemMachine.CODE, JMP_SELF);
        m.run(SystemMachine.CODE, 10);
        m.code(OTHER_PAGE, storeForever());
        m.run(OTHER_PAGE, 1000);
        m.run(SystemMachine.CODE, 10);
        assertThat(writable(m.cpu, DATA)).isFalse();
        // mov byte [CODE+1], 0x0E · jmp CODE, which is then a jump to CODE+16: mov bl, 7 · jmp self
        m.code(SystemMachine.CODE + 16, "B3 07 EB FE");
        m.code(OTHER_PAGE, "C6 04 25 01 60 00 00 0E E9 F3 BF FF FF");
        m.run(OTHER_PAGE, 100);
        assertThat(m.cpu.r[Cpu.RBX] & 0xFF).isEqualTo(7);
    }

    /// An interrupt breaks the line that was being executed, not the handler's.
    @Test
    void a_repeat_at_the_beginning_of_a_run_makes_progress() {
        var m = new SystemMachine(new AtOnce());
        m.long64(0);
        // rep stosb · jmp to it
        m.code(SystemMachine.CODE, "F3 AA EB FC");
        for (int turn = 0; turn < 5; turn++) {
            m.cpu.r[Cpu.RCX] = 8;
            m.cpu.r[Cpu.RDI] = OTHER_PAGE;
            m.cpu.codeChanged();
            m.run(SystemMachine.CODE, 0);
            assertThat(m.cpu.r[Cpu.RCX]).as("turn %d", turn).isZero();
        }
    }

    /// mov eax, 0x11, of which the last three bytes are in the next page · jmp rbx
    private static SystemMachine crossing() {
        var m = new SystemMachine();
        m.long64(0);
        m.code(CROSSING, "B8 11 00 00 00 FF E3");
        m.code(SystemMachine.CODE, JMP_SELF);
        m.cpu.r[Cpu.RBX] = SystemMachine.CODE;
        return m;
    }

    @Test
    void an_instruction_in_two_pages_is_decoded_anew_when_its_end_changes() {
        SystemMachine m = crossing();
        m.run(CROSSING, 10);
        assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(0x11);
        m.store(CROSSING + 2, 1, 0x22);
        m.run(CROSSING, 10);
        assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(0x2211);
    }

    @Test
    void a_page_with_nothing_but_the_end_of_an_instruction_is_code_too() {
        SystemMachine m = crossing();
        // mov byte [CROSSING+0x802], 1: the page may be written · jmp CROSSING
        m.code(OTHER_PAGE, "C6 04 25 00 C8 00 00 01 E9 F1 1F 00 00");
        // mov byte [CROSSING+2], 0x22 · mov ebx, CODE+32 · jmp CROSSING
        m.code(SystemMachine.CODE, "C6 04 25 00 C0 00 00 22 BB 20 60 00 00 E9 EC 5F 00 00");
        m.code(SystemMachine.CODE + 32, JMP_SELF);
        m.run(OTHER_PAGE, 12);
        assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(0x2211);
    }

    /// Translated code leaves such a store to the interpreter, which must find all flags.
    @Test
    void a_subtraction_with_borrow_from_code_has_its_borrow() {
        var m = new SystemMachine(new AtOnce());
        m.long64(0);
        m.code(OTHER_PAGE, JMP_SELF);
        m.run(OTHER_PAGE, 3);
        // mov eax, -1 · add eax, ecx · sbb dword [rdi], 0 · jmp to it
        m.code(SystemMachine.CODE, "B8 FF FF FF FF 01 C8 83 1F 00 EB F4");
        m.cpu.r[Cpu.RCX] = 1;
        m.cpu.r[Cpu.RDI] = SystemMachine.STACK3;
        m.run(SystemMachine.CODE, 50);
        m.store(OTHER_PAGE + 4, 4, 100);
        m.cpu.r[Cpu.RDI] = OTHER_PAGE + 4;
        m.run(SystemMachine.CODE, 1);
        assertThat(m.load(OTHER_PAGE + 4, 4)).isEqualTo(99);
    }

    @Test
    void an_addition_that_ends_in_code_is_done_once() {
        var m = new SystemMachine(new AtOnce());
        m.long64(0);
        m.code(OTHER_PAGE + 8, JMP_SELF);
        m.run(OTHER_PAGE + 8, 3);
        // add [rdi], eax · jmp to it
        m.code(SystemMachine.CODE, "01 07 EB FC");
        m.cpu.r[Cpu.RAX] = 5;
        m.cpu.r[Cpu.RDI] = SystemMachine.STACK3;
        m.run(SystemMachine.CODE, 50);
        m.store(OTHER_PAGE - 2, 4, 100);
        m.cpu.r[Cpu.RDI] = OTHER_PAGE - 2;
        m.run(SystemMachine.CODE, 0);
        assertThat(m.load(OTHER_PAGE - 2, 4)).isEqualTo(105);
    }
}
