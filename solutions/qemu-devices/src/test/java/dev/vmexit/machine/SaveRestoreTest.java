package dev.vmexit.machine;

import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.DX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Mode;
import dev.vmexit.host.LibC;
import dev.vmexit.linux.BzImage;
import dev.vmexit.linux.Kernels;
import dev.vmexit.linux.LinuxLoader;
import dev.vmexit.state.SavedMachine;
import dev.vmexit.state.StateFailure;
import dev.vmexit.virtio.VirtioRng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine goes into a file in the middle of its work and comes out of it.
class SaveRestoreTest {
    private static final PcConfig SMALL = new PcConfig(64L << 20, 2);
    private static final int LETTERS = 26;

    @TempDir
    private Path directory;

    private final StringBuffer serial = new StringBuffer();

    /// Prints a to z, again and again.
    private LinuxLoader alphabet() throws IOException {
        var a = new Assembler(0x10_0200, Mode.BITS64);
        a.mov(DX, 0x3F8);
        Label again = a.here("again");
        a.mov(AL, 'a');
        Label next = a.here("next");
        a.out(DX, AL);
        a.inc(AL);
        a.cmp(AL, 'z' + 1);
        a.j(Condition.NE, next);
        a.jmp(again);
        byte[] file = Kernels.bzImage(4096);
        byte[] image = a.assemble();
        System.arraycopy(image, 0, file, Kernels.SETUP_BYTES + 0x200, image.length);
        return new LinuxLoader(BzImage.read(Files.write(directory.resolve("kernel"), file)),
                new byte[0], "");
    }

    private Pc build() {
        return Pc.build(LibC.host(), SMALL, value -> serial.append((char) value));
    }

    /// Runs until so much more has been printed.
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

    private Path saved() throws Exception {
        Path file = directory.resolve("machine");
        try (Pc pc = build()) {
            pc.load(alphabet());
            run(pc, 50);
            pc.save(file);
        }
        return file;
    }

    @Test
    void no_letter_is_lost_or_printed_twice() throws Exception {
        Path file = saved();
        for (int times = 0; times < 10; times++) {
            try (Pc pc = build()) {
                pc.restore(SavedMachine.open(file));
                run(pc, 37 + times);
                pc.save(file);
            }
        }
        assertThat(serial).hasSizeGreaterThan(400);
        var expected = IntStream.range(0, serial.length()).map(n -> 'a' + n % LETTERS)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
        assertThat(serial.toString()).isEqualTo(expected.toString());
    }

    @Test
    void the_size_of_the_machine_is_in_the_file() throws Exception {
        PcConfig config = PcConfig.of(SavedMachine.open(saved()));
        assertThat(config.memoryBytes()).isEqualTo(SMALL.memoryBytes());
        assertThat(config.cpus()).isEqualTo(SMALL.cpus());
    }

    private void assertRefused(Path file, Pc fresh, String why) {
        try (Pc pc = fresh) {
            assertThatThrownBy(() -> pc.restore(SavedMachine.open(file)))
                    .isInstanceOf(StateFailure.class).hasMessageContaining(why);
        }
    }

    @Test
    void a_machine_of_another_size_or_with_other_devices_is_refused() throws Exception {
        Path file = saved();
        assertRefused(file, Pc.build(LibC.host(), new PcConfig(96L << 20, 2), value -> {}),
                "67108864 bytes of memory and 2 CPUs");
        assertRefused(file, Pc.build(LibC.host(), new PcConfig(32L << 20, 2), value -> {}),
                "memory");
        Pc more = build();
        more.attach(new VirtioRng(new SplittableRandom(1)));
        assertRefused(file, more, "give the same disks and networks");
    }

    @Test
    void a_file_that_is_cut_off_damaged_or_something_else_is_refused() throws Exception {
        Path file = saved();
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 1 + whole.length / 200) {
            Path cut = Files.write(directory.resolve("cut"),
                    java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SavedMachine.open(cut)).as("%d bytes", length)
                    .isInstanceOf(StateFailure.class);
        }
        var random = new SplittableRandom(1);
        for (int n = 0; n < 200; n++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            Path other = Files.write(directory.resolve("damaged"), damaged);
            assertThatThrownBy(() -> SavedMachine.open(other)).isInstanceOf(StateFailure.class);
        }
        Path more = Files.write(directory.resolve("more"),
                java.util.Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> SavedMachine.open(more)).hasMessageContaining("damaged");
        assertThatThrownBy(() -> SavedMachine.open(directory)).isInstanceOf(StateFailure.class);
        assertThatThrownBy(() -> SavedMachine.open(directory.resolve("none")))
                .isInstanceOf(StateFailure.class).hasMessageEndingWith("does not exist");
    }

    @Test
    void where_it_cannot_be_written_nothing_is_left() throws Exception {
        try (Pc pc = build()) {
            pc.load(alphabet());
            run(pc, 5);
            Path nowhere = directory.resolve("no/such/directory");
            assertThatThrownBy(() -> pc.save(nowhere)).isInstanceOf(StateFailure.class)
                    .hasMessageContaining("cannot be saved");
            Path taken = Files.createDirectories(directory.resolve("taken/by"));
            assertThatThrownBy(() -> pc.save(taken.getParent()))
                    .isInstanceOf(StateFailure.class);
        }
        try (var left = Files.list(directory)) {
            assertThat(left.filter(f -> f.toString().endsWith(".saving"))).isEmpty();
        }
    }
}
