package dev.vmexit.tinykernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.host.LibC;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Kvm13KernelTest {
    @Test
    @Graded(exercise = "kvm-13", id = "kvm-13.gate", points = 3)
    void a_gate_has_the_handlers_address_in_three_pieces() {
        assertThat(HexFormat.ofDelimiter(" ").formatHex(
                Idt.gate(0x1122_3344_5566_7788L, 0x08, 3)))
                .as("an interrupt gate for ring 3 to 0x1122334455667788 in segment 8")
                .isEqualTo("88 77 08 00 00 ee 66 55 44 33 22 11 00 00 00 00");
    }

    @Test
    @Graded(exercise = "kvm-13", id = "kvm-13.kernel", points = 7, requires = "kvm")
    void the_kernel_runs_a_task_in_ring_3_answers_its_calls_and_keeps_time() {
        GuestProgram guest = TinyKernel.guest("task: " + Seed.word("kvm-13") + "\n");
        var console = new Console("", OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(LibC.host(), guest, console)) {
            var end = machine.run();
            assertThat(console.output()).as("the kernel's output; in the end it " + end.inWords())
                    .isEqualTo(guest.output());
        }
    }
}
