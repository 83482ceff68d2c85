package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.exec.Interpreter;
import dev.vmexit.softkvm.translate.Translator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Calls from page to page, translated and interpreted: registers, RIP and the number of
/// instructions are the same wherever a slice ends, and whatever the callee does instead of
/// returning.
class NestedCallsTest {
    private static final int CALLER = SystemMachine.CODE;
    private static final int CALLEE = 0xA000;
    private static final int OTHER = 0xB000;
    private static final int ELSEWHERE = 0x7000;
    private static final int TURNS = 120;

    private int translations;

    private final class AtOnce implements Interpreter.Heat {
        @Override
        public int threshold() {
            return 2;
        }

        @Override
        public void hot(Cpu c, Block block) {
            translations += Translator.translate(block).install() ? 1 : 0;
        }
    }

    private final SystemMachine translated = new SystemMachine(new AtOnce());
    private final SystemMachine interpreted = new SystemMachine();
    private final List<SystemMachine> both = List.of(translated, interpreted);

    NestedCallsTest() {
        both.forEach(m -> m.long64(0));
        both.forEach(m -> m.cpu.rip = CALLER);
    }

    @AfterEach
    void something_was_translated() {
        assertThat(translations).isPositive();
    }

    private void code(int address, String hex) {
        both.forEach(m -> m.code(address, hex));
    }

    /// Slices of all lengths, one after the other.
    private void compare() {
        for (int slice = 1; slice <= TURNS; slice++) {
            int length = slice;
            both.forEach(m -> m.run(m.cpu.rip, length));
            assertSame("after a slice of " + length);
        }
    }

    private void assertSame(String when) {
        assertThat(state(translated)).as(when).isEqualTo(state(interpreted));
    }

    private static String state(SystemMachine m) {
        var text = new StringBuilder("rip %x flags %x executed %d".formatted(m.cpu.rip,
                m.cpu.eflags(), m.cpu.executed()));
        for (long register : m.cpu.r) {
            text.append(" %x".formatted(register));
        }
        return text.toString();
    }

    /// again: call CALLEE · inc ecx · call rbx · add edx, eax · jmp again
    @Test
    void a_direct_and_an_indirect_call() {
        code(CALLER, "E8 FB 3F 00 00 FF C1 FF D3 01 C2 EB F3");
        code(CALLEE, "83 C0 01 C3"); // add eax, 1 · ret
        code(OTHER, "31 C8 C3"); // xor eax, ecx · ret
        both.forEach(m -> m.cpu.r[Cpu.RBX] = OTHER);
        compare();
        assertThat(translated.cpu.r[Cpu.RCX]).isGreaterThan(100);
    }

    /// again: mov edi, 100 · call CALLEE · jmp again
    @Test
    void recursion_deeper_than_calls_are_nested() {
        code(CALLER, "BF 64 00 00 00 E8 F6 3F 00 00 EB F4");
        // dec edi · jz out · call OTHER · inc eax · out: ret
        code(CALLEE, "FF CF 74 07 E8 F7 0F 00 00 FF C0 C3");
        code(OTHER, "E8 FB EF FF FF FF C2 C3"); // call CALLEE · inc edx · ret
        compare();
        assertThat(translated.cpu.r[Cpu.RDX]).isGreaterThan(100);
    }

    /// again: call CALLEE · mov al, 1 · add dl, al · jmp again
    @Test
    void a_callee_that_changes_its_callers_next_instruction() {
        code(CALLER, "E8 FB 3F 00 00 B0 01 00 C2 EB F5");
        // inc ecx · mov [CALLER+6], cl · ret
        code(CALLEE, "FF C1 88 0C 25 06 60 00 00 C3");
        compare();
        assertThat(translated.cpu.r[Cpu.RAX] & 0xFF).isGreaterThan(1);
    }

    /// It is not the CPU that writes, so nothing stops the callee.
    @Test
    void a_device_that_changes_the_callers_next_instruction() {
        code(CALLER, "E8 FB 3F 00 00 B0 01 00 C1 EB F5"); // as above, but add cl, al
        code(CALLEE, "0F 31 C3"); // rdtsc · ret
        both.forEach(m -> m.cpu.memory.code.report(true));
        compare();
        for (SystemMachine m : both) {
            int[] calls = {0};
            // Now and then: in between the caller is translated anew.
            m.meanwhile = () -> {
                if (++calls[0] % 7 == 0) {
                    m.store(CALLER + 6, 1, calls[0]);
                    m.cpu.memory.code.processWrote(m.cpu.memory.find(0).hostOf(CALLER + 6), 1);
                }
            };
        }
        compare();
    }

    /// The page of the caller is another one when its callee returns, and is that one again later.
    @Test
    void a_callee_that_maps_something_else_where_its_caller_is() {
        code(CALLER, "E8 FB 3F 00 00 B0 01 00 C2 EB F5");
        code(ELSEWHERE, "E8 FB 3F 00 00 B0 02 00 C2 EB F5"); // the same with mov al, 2
        // xor qword [its entry in the page table], CALLER ^ ELSEWHERE · invlpg [CALLER] · ret
        code(CALLEE, "48 81 34 25 30 30 01 00 00 10 00 00 0F 01 3C 25 00 60 00 00 C3");
        compare();
    }

    @Test
    void a_callee_that_loads_other_page_tables() {
        a_callee_that_maps_something_else_where_its_caller_is();
        // The same, then mov rax, cr3 · mov cr3, rax · ret
        code(CALLEE, "48 81 34 25 30 30 01 00 00 10 00 00 0F 20 D8 0F 22 D8 C3");
        compare();
    }

    /// again: call CALLEE · inc ecx · jmp again; pop rbp · jmp CALLER+5 or, each second time, +7.
    @Test
    void a_callee_that_does_not_return() {
        code(CALLER, "E8 FB 3F 00 00 FF C1 EB F7");
        // pop rbp · xor esi, 2 · lea rbp, [rbp+rsi] · jmp rbp
        code(CALLEE, "5D 83 F6 02 48 8D 6C 35 00 FF E5");
        compare();
        assertThat(translated.cpu.r[Cpu.RCX]).isGreaterThan(100);
    }

    /// A fault in the callee is the callee's: the caller's own RIP and flags are old.
    @Test
    void a_callee_that_faults() {
        code(CALLER, "E8 FB 3F 00 00 FF C1 EB F7");
        code(CALLEE, "83 C2 01 8B 06 F9 C3"); // add edx, 1 · mov eax, [rsi] · stc · ret
        both.forEach(m -> m.cpu.r[Cpu.RSI] = SystemMachine.STACK3);
        compare();
        for (SystemMachine m : both) {
            m.cpu.r[Cpu.RSI] = 1L << 30;
            assertThat(fault(m)).isEqualTo(GuestFault.PF);
            assertThat(m.cpu.rip).isEqualTo(CALLEE + 3);
        }
        assertSame("at the fault");
        both.forEach(m -> m.cpu.r[Cpu.RSI] = SystemMachine.STACK3);
        compare();
    }

    private static int fault(SystemMachine m) {
        try {
            m.run(m.cpu.rip, 100);
            return -1;
        } catch (GuestFault fault) {
            return fault.vector();
        }
    }
}
