package dev.vmexit.machine;

import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.BL;
import static dev.vmexit.asm.Register.DX;
import static dev.vmexit.asm.Register.EAX;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.course.Graded;
import dev.vmexit.host.LibC;
import dev.vmexit.linux.Kernels;
import dev.vmexit.state.SavedMachine;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Dev18SaveTest {
    private static final PcConfig SMALL = new PcConfig(64L << 20, 1);
    private static final int SCRATCH = 0x3FF;
    private static final int PCI_ADDRESS = 0xCF8;
    private static final long PCI_REGISTER = 0x8000_1234L;

    @TempDir
    private Path directory;

    private final StringBuffer serial = new StringBuffer();

    /// Prints a to z again and again; `U` if the UART and `P` if the bridge has forgotten what was
    /// written to it once.
    private static void guest(Assembler a) {
        a.mov(DX, SCRATCH);
        a.mov(AL, 0x5A);
        a.out(DX, AL);
        a.mov(DX, PCI_ADDRESS);
        a.mov(EAX, PCI_REGISTER);
        a.out(DX, EAX);
        Label again = a.here("again");
        a.mov(BL, 'a');
        Label next = a.here("next");
        unless(a, SCRATCH, 0x5A, 'U');
        bridge(a);
        print(a, BL);
        a.inc(BL);
        a.cmp(BL, 'z' + 1);
        a.j(Condition.NE, next);
        a.jmp(again);
    }

    private static void unless(Assembler a, int port, int value, char complaint) {
        Label right = a.label("right " + complaint);
        a.mov(DX, port);
        a.in(AL, DX);
        a.cmp(AL, value);
        a.j(Condition.E, right);
        a.mov(AL, complaint);
        print(a, AL);
        a.bind(right);
    }

    private static void bridge(Assembler a) {
        Label right = a.label("right bridge");
        a.mov(DX, PCI_ADDRESS);
        a.in(EAX, DX);
        a.cmp(AL, PCI_REGISTER & 0xFF);
        a.j(Condition.E, right);
        a.mov(AL, 'P');
        print(a, AL);
        a.bind(right);
    }

    private static void print(Assembler a, dev.vmexit.asm.Register what) {
        a.mov(DX, 0x3F8);
        if (what != AL) {
            a.mov(AL, what);
        }
        a.out(DX, AL);
    }

    private void run(Pc pc, int letters) throws InterruptedException {
        int enough = serial.length() + letters;
        var watcher = Thread.ofPlatform().daemon().start(() -> {
            while (serial.length() < enough && !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            pc.stop();
        });
        try {
            assertThat(pc.run()).isEqualTo(new PcEnd.Stopped());
        } finally {
            watcher.interrupt();
            watcher.join();
        }
    }

    private Pc build() {
        return Pc.build(LibC.host(), SMALL, value -> serial.append((char) value));
    }

    @Test
    @Graded(exercise = "dev-18", id = "dev-18.machine", points = 2, seconds = 60)
    void a_machine_goes_on_where_it_was_saved() throws Exception {
        Path file = directory.resolve("machine");
        try (Pc pc = build()) {
            pc.load(Kernels.loader(directory, Kernels.bzImage(Dev18SaveTest::guest), new byte[0],
                    ""));
            run(pc, 40);
            pc.save(file);
        }
        for (int times = 0; times < 5; times++) {
            try (Pc pc = build()) {
                pc.restore(SavedMachine.open(file));
                run(pc, 30 + times);
                pc.save(file);
            }
        }
        String expected = IntStream.range(0, serial.length()).map(n -> 'a' + n % 26)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        assertThat(serial.toString()).as("what the guest printed in six machines")
                .isEqualTo(expected);
    }
}
