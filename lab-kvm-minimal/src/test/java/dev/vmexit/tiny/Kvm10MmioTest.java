package dev.vmexit.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.guest.Guests;
import dev.vmexit.host.LibC;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class Kvm10MmioTest {
    @Test
    @Graded(exercise = "kvm-10", id = "kvm-10.registers", points = 3)
    void the_registers_of_the_page_do_what_their_table_says() {
        var page = new RegisterPage();
        assertThat(page.read(RegisterPage.ID, 4)).as("ID").isEqualTo(0x584D_5645);
        assertThat(page.read(RegisterPage.ID, 1)).as("the low byte of ID").isEqualTo(0x45);
        assertThat(page.read(RegisterPage.ID, 8)).as("ID, read as eight bytes")
                .isEqualTo(0x584D_5645L);
        page.write(RegisterPage.DATA, 0x1_0048);
        page.write(RegisterPage.DATA, 'i');
        page.write(0x20, '?');
        assertThat(page.text()).as("the text after 'H' and 'i'").isEqualTo("Hi");
        assertThat(page.read(RegisterPage.COUNT, 4)).as("COUNT").isEqualTo(2);
        assertThat(page.read(2, 1)).as("the middle of ID: no register begins there").isZero();
        assertThat(page.read(0x800, 4)).as("an offset without a register").isZero();
    }

    @Test
    @Graded(exercise = "kvm-10", id = "kvm-10.loop", points = 2)
    void the_loop_carries_MMIO_to_the_device_and_the_answer_back() {
        try (var script = new ScriptedCpu()) {
            script.exitsWithMmio(true, 0xD_0004, 1, 0x41)
                    .exitsWithMmio(false, 0xD_0008, 2, -1).exits(5);
            var devices = new RecordingDevices();
            devices.answer = 0x1234;
            new RunLoop(script.vcpu(), devices, exit -> {}).run();
            assertThat(devices.seen).as("what the device was told and asked")
                    .containsExactly("write 0xd0004 1 41", "read 0xd0008 2");
            assertThat(script.page(40, 4)).as("mmio.data after the answer 0x1234 in two bytes")
                    .isEqualTo("34 12 ff ff");
        }
    }

    @Test
    @Graded(exercise = "kvm-10", id = "kvm-10.guest", points = 3, requires = "kvm")
    void a_guest_finds_the_device_writes_a_text_and_reads_how_long_it_is() {
        GuestProgram guest = Guests.mmio(Seed.word("kvm-10"));
        var console = new Console("", OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(LibC.host(), guest, console)) {
            machine.run();
            assertThat(machine.devices().page().text()).as("the text in the device")
                    .isEqualTo(Seed.word("kvm-10"));
            assertThat(console.output()).as("the count that the guest read ('?': a wrong ID)")
                    .isEqualTo("8");
        }
    }
}
