package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.softkvm.Options;
import dev.vmexit.softkvm.SoftKernel;
import dev.vmexit.softkvm.insn.Form;
import dev.vmexit.softkvm.ops.AllActions;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/// A loop that writes into itself: behind itself, into the next instruction, and an opcode.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 11.6 Self-Modifying Code
class SelfModifyingTest {
    private static final int TURNS = 20_000;
    private static final int COUNTER = Layout.MEMORY + 0x80;

    @Test
    void translated_or_not_it_sees_what_it_has_written() {
        long[] interpreted = run(new SoftKernel(Options.DEFAULT.withoutTranslation()));
        assertThat(run(new SoftKernel())).isEqualTo(interpreted);
        assertThat(interpreted).isEqualTo(expected());
    }

    @Test
    void the_hosts_CPU_sees_the_same() {
        assumeTrue(KernelChoice.deviceIsThere(), "/dev/kvm is not usable here");
        assumeTrue(KernelChoice.asked() != KernelChoice.SOFT, "Soft KVM was asked for");
        assertThat(run(LibC.host())).isEqualTo(expected());
    }

    /// In Java what the guest does.
    private static long[] expected() {
        int ebx = 0;
        long rdx = 0;
        int esi = 0;
        int immediate = 1;
        int next = 0;
        boolean add = true;
        for (int turn = 0; turn < TURNS; turn++) {
            ebx += immediate++;
            next = next + 1 & 0xFF;
            rdx += next;
            esi += add ? 3 : -3;
            add = turn % 2 != 0 != add;
        }
        return new long[]{ebx & 0xFFFF_FFFFL, rdx, esi & 0xFFFF_FFFFL};
    }

    private static long[] run(LibC kernel) {
        try (var machine = new KvmMachine(kernel)) {
            Form clc = AllActions.forms().all().stream()
                    .filter(form -> form.name().equals("CLC")).findFirst().orElseThrow();
            var frame = new Instance(clc, 8, 1, 0, machine);
            frame.prepare();
            frame.set(Layout.TARGET_IN, 8, Layout.MODIFIED);
            for (int register : new int[]{1, 2, 3, 6}) {
                frame.register(register, 0);
            }
            machine.ram().set(ValueLayout.JAVA_LONG, COUNTER, TURNS);
            write(machine);
            machine.execute(0, 1);
            return new long[]{frame.register(3), frame.register(2), frame.register(6)};
        }
    }

    private static void write(Machine machine) {
        int start = Layout.MODIFIED;
        var code = new Code(machine.ram(), start);
        code.put("81 C3", 1);
        code.put("83 04 25", start + 2).put("01");
        int next = code.at() + 7;
        code.put("FE 04 25", next + 1).put("B1 00").put("48 01 CA");
        // ADD ESI, 3 and SUB ESI, 3 differ in bits 3 and 5 of ModRM: each second turn they change.
        code.put("83 C6 03");
        code.put("F6 04 25", COUNTER).put("01 74 08");
        code.put("80 34 25", next + 2 + 3 + 1).put("28");
        code.put("48 FF 0C 25", COUNTER);
        code.put("0F 85", start - code.at() - 6).jump(machine.image().next);
    }
}
