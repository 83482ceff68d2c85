package dev.vmexit.machine;

import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.DX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Memory;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Simple;
import dev.vmexit.host.LibC;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BzImage;
import dev.vmexit.linux.Kernels;
import dev.vmexit.linux.LinuxLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole PC, with a kernel of a few instructions in place of Linux.
class PcTest {
    private static final PcConfig SMALL = new PcConfig(64L << 20, 1);

    @TempDir
    private Path directory;

    private final StringBuffer serial = new StringBuffer();

    /// The code stands where Linux has its 64-bit entry.
    private LinuxLoader kernel(Consumer<Assembler> code) throws IOException {
        var a = new Assembler(0x10_0200, Mode.BITS64);
        code.accept(a);
        byte[] file = Kernels.bzImage(4096);
        byte[] image = a.assemble();
        System.arraycopy(image, 0, file, Kernels.SETUP_BYTES + 0x200, image.length);
        Path path = Files.write(directory.resolve("kernel"), file);
        return new LinuxLoader(BzImage.read(path), new byte[0], "");
    }

    private PcEnd run(Consumer<Assembler> code) throws IOException, InterruptedException {
        try (Pc pc = Pc.build(LibC.host(), SMALL, value -> serial.append((char) value))) {
            pc.load(kernel(code));
            return pc.run();
        }
    }

    private static void print(Assembler a, char character) {
        a.mov(DX, 0x3F8);
        a.mov(AL, character);
        a.out(DX, AL);
    }

    @Test
    void a_guest_prints_on_the_serial_line_and_switches_itself_off_through_ACPI()
            throws Exception {
        PcEnd end = run(a -> {
            print(a, 'o');
            print(a, 'k');
            a.mov(DX, 0x604);
            a.mov(AX, 1 << 13 | 5 << 10);
            a.out(DX, AX);
            a.jmp(a.here("never"));
        });
        assertThat(end).isEqualTo(new PcEnd.PoweredOff());
        assertThat(serial).hasToString("ok");
    }

    /// Linux measures the TSC with it, if nothing tells the frequency.
    @Test
    void port_61_gates_the_third_timer() throws Exception {
        try (Pc pc = Pc.build(LibC.host(), SMALL, value -> {})) {
            pc.attachDebugConsole(value -> serial.append((char) value));
            pc.attachDebugExit();
            pc.load(kernel(a -> {
                a.mov(AL, 1);
                a.out(0x61, AL);
                a.in(AL, 0x61);
                a.out(0xE9, AL);
                a.out(0xF4, AL);
                a.jmp(a.here("never"));
            }));
            assertThat(pc.run()).isInstanceOf(PcEnd.Exited.class);
        }
        // Bits 2 to 5 are the timer's and the refresh's.
        assertThat(serial.charAt(0) & 0xC3).isEqualTo(1);
    }

    @Test
    void a_guest_under_test_prints_on_port_E9_and_ends_with_a_status() throws Exception {
        try (Pc pc = Pc.build(LibC.host(), SMALL, value -> {})) {
            pc.attachDebugConsole(value -> serial.append((char) value));
            pc.attachDebugExit();
            pc.load(kernel(a -> {
                // What the port answers, 0xE9, is what it prints.
                a.in(AL, 0xE9);
                a.out(0xE9, AL);
                a.mov(AL, '!');
                a.out(0xE9, AL);
                a.mov(AL, 0x10);
                a.out(0xF4, AL);
                a.jmp(a.here("never"));
            }));
            assertThat(pc.run()).isEqualTo(new PcEnd.Exited(0x21));
        }
        assertThat(serial).hasToString("\u00E9!");
    }

    @Test
    void without_being_asked_for_neither_port_is_there() throws Exception {
        assertThat(run(a -> {
            a.mov(AL, 0x10);
            a.out(0xF4, AL);
            a.out(0xE9, AL);
            a.mov(AL, 0xFE);
            a.out(0x64, AL);
            a.jmp(a.here("never"));
        })).isEqualTo(new PcEnd.Reset());
    }

    @Test
    void a_guest_resets_itself_through_the_keyboard_controller() throws Exception {
        assertThat(run(a -> {
            a.mov(AL, 0xFE);
            a.out(0x64, AL);
            a.jmp(a.here("never"));
        })).isEqualTo(new PcEnd.Reset());
    }

    @Test
    void a_guest_that_dies_says_why_where_and_what_came_before() throws Exception {
        PcEnd end = run(a -> {
            print(a, 'x');
            Label none = a.label("none");
            a.lidt(Memory.at(none));
            a.op(Simple.UD2);
            a.bind(none);
            a.qword(0);
            a.word(0);
        });
        assertThat(end).isInstanceOfSatisfying(PcEnd.Died.class, died -> {
            assertThat(died.report()).contains("CPU 0: the guest shut down: a triple fault")
                    .contains("rip    0000000000100").contains("bytes at rip: 0f 0b")
                    .contains("wrote 78 to port 0x3f8").contains("cr3 9000");
        });
    }

    @Test
    void what_is_typed_arrives() throws Exception {
        try (Pc pc = Pc.build(LibC.host(), SMALL, value -> serial.append((char) value))) {
            pc.load(kernel(a -> {
                Label wait = a.here("wait");
                a.mov(DX, 0x3FD);
                a.in(AL, DX);
                a.alu(dev.vmexit.asm.Alu.AND, AL, 1);
                a.j(dev.vmexit.asm.Condition.E, wait);
                a.mov(DX, 0x3F8);
                a.in(AL, DX);
                a.inc(AL);
                a.out(DX, AL);
                a.mov(AL, 0xFE);
                a.out(0x64, AL);
            }));
            pc.type('a');
            assertThat(pc.run()).isEqualTo(new PcEnd.Reset());
            assertThat(serial).hasToString("b");
        }
    }

    @Test
    void a_guest_that_never_ends_is_stopped_and_so_is_every_CPU() throws Exception {
        try (Pc pc = Pc.build(LibC.host(), new PcConfig(64L << 20, 4), value -> {})) {
            pc.load(kernel(a -> a.jmp(a.here("forever"))));
            var end = CompletableFuture.supplyAsync(() -> {
                try {
                    return pc.run();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(50);
            pc.stop();
            assertThat(end.get()).isEqualTo(new PcEnd.Stopped());
        }
    }

    @Test
    void a_machine_that_cannot_be_is_refused() {
        assertThatThrownBy(() -> new PcConfig(3 << 20, 1)).isInstanceOf(BootFailure.class)
                .hasMessageContaining("at least 32 MiB");
        assertThatThrownBy(() -> new PcConfig((64 << 20) + 1, 1))
                .hasMessageContaining("multiple of 4096");
        assertThatThrownBy(() -> new PcConfig(64 << 20, 9)).hasMessageContaining("not 9");
    }
}
