package dev.vmexit.tiny;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.guest.Guests;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.VmExit;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Kvm08RunLoopTest {
    @Test
    @Graded(exercise = "kvm-08", id = "kvm-08.hello", points = 5, requires = "kvm")
    void a_guest_prints_through_its_port_until_it_halts() {
        GuestProgram guest = Guests.hello("Hello, " + Seed.word("kvm-08") + "!\n");
        var console = new Console("", OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(LibC.host(), guest, console)) {
            VmExit end = machine.run();
            assertThat(console.output()).as("what the guest printed through port 0x3f8")
                    .isEqualTo(guest.output());
            assertThat(end).as("the exit that ended the loop").isEqualTo(new VmExit.Hlt());
        }
    }

    @Test
    @Graded(exercise = "kvm-08", id = "kvm-08.string", points = 3)
    void every_value_of_a_string_OUT_reaches_the_device_in_order_and_little_endian() {
        try (var script = new ScriptedCpu()) {
            script.exitsWithOut(0x1F0, 2, 3, 0x91, 0xA2, 0x33, 0x44, 0xFF, 0xFF).exits(5);
            var devices = new RecordingDevices();
            new RunLoop(script.vcpu(), devices, exit -> {}).run();
            assertThat(devices.seen).as("REP OUTSW of the words 0xa291, 0x4433, 0xffff")
                    .containsExactly("out 1f0 2 a291", "out 1f0 2 4433", "out 1f0 2 ffff");
        }
    }

    @Test
    @Graded(exercise = "kvm-08", id = "kvm-08.ends", points = 2)
    void the_loop_ends_with_a_final_exit_and_when_the_machine_is_off() {
        try (var script = new ScriptedCpu()) {
            script.exits(8);
            List<VmExit> watched = new ArrayList<>();
            VmExit end = new RunLoop(script.vcpu(), new RecordingDevices(), watched::add).run();
            assertThat(end).as("exit reason 8").isEqualTo(new VmExit.Shutdown());
            assertThat(watched).as("what the watcher was shown").containsExactly(end);
        }
        try (var script = new ScriptedCpu()) {
            script.exitsWithOut(0x80, 1, 1, 7).exits(5);
            var devices = new RecordingDevices();
            devices.off = true;
            assertThat(new RunLoop(script.vcpu(), devices, exit -> {}).run())
                    .as("a machine that is off after its first exit")
                    .isInstanceOf(VmExit.Out.class);
        }
    }
}
