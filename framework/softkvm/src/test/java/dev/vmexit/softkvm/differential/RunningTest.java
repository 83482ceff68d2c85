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
}
