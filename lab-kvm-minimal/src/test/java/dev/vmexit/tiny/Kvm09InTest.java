package dev.vmexit.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.guest.Guests;
import dev.vmexit.host.LibC;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class Kvm09InTest {
    @Test
    @Graded(exercise = "kvm-09", id = "kvm-09.echo", points = 5, requires = "kvm")
    void a_guest_reads_its_input_and_answers_in_capital_letters() {
        GuestProgram guest = Guests.echo(Seed.word("kvm-09"));
        var console = new Console(guest.input(), OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(LibC.host(), guest, console)) {
            machine.run();
            assertThat(console.output()).as("what the guest made of " + guest.input())
                    .isEqualTo(guest.output());
        }
    }

    @Test
    @Graded(exercise = "kvm-09", id = "kvm-09.width", points = 2)
    void the_answer_has_as_many_bytes_as_were_asked_for_and_stands_at_data_offset() {
        try (var script = new ScriptedCpu()) {
            script.exitsWithIn(0xCFC, 4, 1).exits(5);
            var devices = new RecordingDevices();
            devices.answer = 0x1122_3344_8086_1237L;
            new RunLoop(script.vcpu(), devices, exit -> {}).run();
            assertThat(devices.seen).as("what the device was asked").containsExactly("in cfc 4");
            assertThat(script.page(ScriptedCpu.DATA_AT, 8))
                    .as("the device answered 0x80861237 to a read of four bytes; 0xee was there")
                    .isEqualTo("37 12 86 80 ee ee ee ee");
        }
    }

    @Test
    @Graded(exercise = "kvm-09", id = "kvm-09.string", points = 1)
    void a_string_IN_asks_for_every_value() {
        try (var script = new ScriptedCpu()) {
            script.exitsWithIn(0x1F0, 2, 3).exits(5);
            var devices = new RecordingDevices();
            devices.answer = 0x1100;
            devices.step = 1;
            new RunLoop(script.vcpu(), devices, exit -> {}).run();
            assertThat(script.page(ScriptedCpu.DATA_AT, 8))
                    .as("REP INSW with CX = 3, from a device that answers 0x1100, 0x1101, 0x1102")
                    .isEqualTo("00 11 01 11 02 11 ee ee");
        }
    }
}
