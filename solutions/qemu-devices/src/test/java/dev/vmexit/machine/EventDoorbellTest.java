package dev.vmexit.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventDoorbellTest {
    private static final int MEMORY = 0x8000;
    private static final int REGISTERS = 0x9000;
    private static final int ELSEWHERE = 0xA000;

    private final LibC libc = LibC.host();
    private final TinyMachine machine = TinyMachine.load(libc, guest(),
            new Console("", OutputStream.nullOutputStream()));
    private final EventDoorbell bell = new EventDoorbell(libc, machine.vm());

    /// Writes to three registers, and then to one in another place.
    private static GuestProgram guest() {
        byte[] code = HexFormat.of().parseHex("a30090" + "a30490" + "a30890" + "a300a0" + "f4");
        return new GuestProgram("rings", "", EntryMode.REAL, false, MEMORY, 0x1000, code, "", "",
                "");
    }

    @AfterEach
    void close() {
        bell.close();
        machine.close();
    }

    private VmExit run() {
        return machine.vcpu().run();
    }

    private static VmExit write(int address) {
        return new VmExit.MmioWrite(new GuestAddress(address), 2, 0);
    }

    @Test
    void a_write_to_a_register_rings_and_is_no_exit() throws InterruptedException {
        bell.listenAt(REGISTERS, 3);
        var rung = new CountDownLatch(1);
        var sleeper = Thread.ofPlatform().start(() -> {
            assertThat(bell.await()).isTrue();
            rung.countDown();
        });

        assertThat(run()).isEqualTo(write(ELSEWHERE));

        rung.await();
        sleeper.join();
    }

    @Test
    void beyond_its_registers_a_write_is_an_exit() {
        bell.listenAt(REGISTERS, 2);

        assertThat(run()).isEqualTo(write(REGISTERS + 8));
    }

    @Test
    void registers_that_have_moved_ring_where_they_are_now() {
        bell.listenAt(REGISTERS, 3);
        bell.listenAt(ELSEWHERE, 3);

        assertThat(run()).isEqualTo(write(REGISTERS));
        assertThat(run()).isEqualTo(write(REGISTERS + 4));
        assertThat(run()).isEqualTo(write(REGISTERS + 8));
        assertThat(run()).isEqualTo(new VmExit.Hlt());
    }

    @Test
    void what_another_device_has_already_stays_its() {
        bell.listenAt(REGISTERS, 1);
        try (var second = new EventDoorbell(libc, machine.vm())) {
            second.listenAt(REGISTERS, 3);
        }

        assertThat(run()).isEqualTo(write(REGISTERS + 4));
    }

    @Test
    void a_thread_rings_too() {
        bell.ring();

        assertThat(bell.await()).isTrue();
    }

    @Test
    void who_rings_too_late_does_not_write_to_what_has_its_descriptor_now() {
        bell.close();
        int other = libc.eventfd(0, LibC.EFD_NONBLOCK);
        try (Arena arena = Arena.ofConfined()) {
            bell.ring();

            assertThat(libc.read(other, arena.allocate(8))).isEqualTo(-Errno.EAGAIN.number());
        } finally {
            libc.close(other);
        }
    }
}
