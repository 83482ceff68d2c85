package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.exec.Interpreter;
import dev.vmexit.softkvm.translate.Translator;
import org.junit.jupiter.api.Test;

/// What the process writes into memory, past the CPU, is seen by the next `KVM_RUN`: whatever of
/// the old code was decoded, remembered or translated, and wherever the new bytes stand.
class DoubtTest {
    private static final int ENTRY = SystemMachine.CODE;
    /// In other lines of the same page.
    private static final int SECOND = ENTRY + 0x200;
    /// Of both blocks together.
    private static final int INSTRUCTIONS = 4;
    private static final int HOT = 10;

    private int installed;
    private int refused;

    private final class Translating implements Interpreter.Heat {
        @Override
        public int threshold() {
            return HOT;
        }

        @Override
        public void hot(Cpu c, Block block) {
            block.requested = true;
            if (Translator.translate(block).install()) {
                installed++;
            } else {
                refused++;
            }
        }
    }

    /// inc ecx · jmp SECOND; mov eax, 1 · jmp ENTRY
    private static SystemMachine loop(SystemMachine m) {
        m.long64(0);
        m.code(ENTRY, "FF C1 E9 F9 01 00 00");
        m.code(SECOND, "B8 01 00 00 00 E9 F6 FD FF FF");
        return m;
    }

    private static void run(SystemMachine m, int rounds) {
        m.run(ENTRY, INSTRUCTIONS * rounds - 1);
    }

    private static void change(SystemMachine m) {
        m.store(SECOND + 1, 1, 2);
    }

    @Test
    void the_block_behind_a_remembered_jump() {
        SystemMachine m = loop(new SystemMachine());
        run(m, 5);
        assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(1);
        change(m);
        run(m, 1);
        assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(2);
    }

    @Test
    void the_second_block_of_a_translation() {
        SystemMachine m = loop(new SystemMachine(new Translating()));
        run(m, 3 * HOT);
        assertThat(installed).isPositive();
        change(m);
        run(m, 1);
        assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(2);
    }

    @Test
    void what_was_old_already_when_it_was_translated() {
        SystemMachine m = loop(new SystemMachine(new Translating()));
        run(m, HOT - 1);
        change(m);
        run(m, 2);
        assertThat(refused).as("translations made of the old bytes").isEqualTo(1);
        assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(2);
    }

    /// mov eax, 1 · jmp to it: in the line of the first block, which is decoded before.
    @Test
    void a_block_that_is_changed_and_changed_back() {
        SystemMachine m = loop(new SystemMachine());
        int third = ENTRY + 0x20;
        m.code(third, "B8 01 00 00 00 EB F9");
        run(m, 1);
        for (int value : new int[]{2, 1, 2}) {
            m.store(third + 1, 1, value);
            m.run(third, 2);
            assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(value);
        }
    }

    /// Nothing is in doubt then, and nothing compared: the promise is kept, or not.
    @Test
    void what_is_reported_instead() {
        SystemMachine m = loop(new SystemMachine(new Translating()));
        m.cpu.memory.code.report(true);
        run(m, 3 * HOT);
        assertThat(installed).isPositive();
        change(m);
        run(m, 1);
        assertThat(m.cpu.r[Cpu.RAX]).as("not reported").isEqualTo(1);
        m.cpu.memory.code.processWrote(m.cpu.memory.find(0).hostOf(SECOND + 1), 1);
        run(m, 1);
        assertThat(m.cpu.r[Cpu.RAX]).isEqualTo(2);
    }

    @Test
    void and_what_has_not_changed_stays_translated() {
        SystemMachine m = loop(new SystemMachine(new Translating()));
        run(m, 3 * HOT);
        int before = installed;
        run(m, 3 * HOT);
        assertThat(installed).isEqualTo(before);
        assertThat(refused).isZero();
    }
}
