package dev.vmexit.machine;

import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.DX;
import static dev.vmexit.asm.Register.EBX;
import static dev.vmexit.asm.Register.RBX;
import static dev.vmexit.asm.Register.RSI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmexit.asm.Alu;
import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Memory;
import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.host.ScriptedKernel;
import dev.vmexit.kvm.UnsupportedKvm;
import dev.vmexit.linux.Kernels;
import dev.vmexit.machine.Accelerator.Candidates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Dev19AcceleratorTest {
    private static final int EACCES = 13;

    @TempDir
    private Path directory;

    private final List<String> asked = new ArrayList<>();
    private final LibC kernel = new ScriptedKernel();
    private LibC lastSoft;

    /// @param kernelSpeed of the kernel's KVM
    /// @param softSpeed of Soft KVM
    private Candidates candidates(boolean device, double kernelSpeed, double softSpeed) {
        return new Candidates(() -> device, () -> {
            asked.add("kernel");
            return kernel;
        }, () -> {
            asked.add("soft");
            lastSoft = new ScriptedKernel();
            return lastSoft;
        }, libc -> {
            asked.add(libc == kernel ? "measure kernel" : "measure soft");
            return libc == kernel ? kernelSpeed : softSpeed;
        });
    }

    @Test
    @Graded(exercise = "dev-19", id = "dev-19.asked", points = 1)
    void kernel_and_soft_are_obeyed_whatever_is_faster() {
        assertThat(Accelerator.choose(KernelChoice.KERNEL, candidates(true, 1e6, 1e8)).libc())
                .as("--kvm kernel, which is slower").isSameAs(kernel);
        asked.clear();
        assertThat(Accelerator.choose(KernelChoice.SOFT, candidates(true, 2e9, 1e8)).libc())
                .as("--kvm soft, which is slower").isSameAs(lastSoft);
        assertThat(asked).as("what was opened and measured for --kvm soft")
                .containsExactly("soft");
        var denied = new Candidates(() -> true, () -> kernel, ScriptedKernel::new, libc -> {
            throw new KernelException("open(/dev/kvm)", EACCES);
        });
        assertThat(catchThrowable(() -> Accelerator.choose(KernelChoice.KERNEL, denied)))
                .as("--kvm kernel where /dev/kvm is denied").isInstanceOf(KernelException.class);
    }

    @Test
    @Graded(exercise = "dev-19", id = "dev-19.measures", points = 1)
    void auto_takes_the_faster_one_and_never_fails_for_want_of_a_device() {
        assertThat(Accelerator.choose(KernelChoice.AUTO, candidates(true, 2e9, 3e9)).libc())
                .as("auto, where /dev/kvm is hardware").isSameAs(kernel);
        assertThat(asked).as("what was opened and measured for that")
                .containsExactly("kernel", "measure kernel");
        assertThat(Accelerator.choose(KernelChoice.AUTO, candidates(true, 5e8, 1e8)).libc())
                .as("auto, /dev/kvm 500 million a second, Soft KVM 100 million").isSameAs(kernel);
        asked.clear();
        assertThat(Accelerator.choose(KernelChoice.AUTO, candidates(true, 1e6, 1e8)).libc())
                .as("auto, /dev/kvm a million a second, Soft KVM 100 million: a fresh Soft KVM")
                .isSameAs(lastSoft);
        assertThat(asked).as("what was opened and measured for that").containsExactly("kernel",
                "measure kernel", "soft", "measure soft", "soft");
        asked.clear();
        assertThat(Accelerator.choose(KernelChoice.AUTO, candidates(false, 2e9, 1e8)).libc())
                .as("auto without a /dev/kvm").isSameAs(lastSoft);
        assertThat(asked).as("what was opened without a /dev/kvm").containsExactly("soft");
        for (RuntimeException refusal : List.of(new UnsupportedKvm("API version 11"),
                new KernelException("open(/dev/kvm)", EACCES))) {
            Candidates broken = new Candidates(() -> true, () -> kernel, () -> lastSoft, libc -> {
                throw refusal;
            });
            Accelerator chosen = Accelerator.choose(KernelChoice.AUTO, broken);
            assertThat(chosen.libc()).as("auto, where /dev/kvm runs no guest").isSameAs(lastSoft);
            assertThat(chosen.why()).as("why").contains(refusal.getMessage());
        }
    }

    @Test
    @Graded(exercise = "dev-19", id = "dev-19.soft", points = 1)
    void the_machine_runs_on_Soft_KVM() throws Exception {
        runsOn(KernelChoice.SOFT);
    }

    @Test
    @Graded(exercise = "dev-19", id = "dev-19.kernel", points = 1, requires = "kvm")
    void the_same_machine_runs_on_the_kernels_KVM() throws Exception {
        assumeTrue(KernelChoice.deviceIsThere(), "there is no /dev/kvm that can be opened");
        runsOn(KernelChoice.KERNEL);
    }

    /// The guest prints its command line, the year from the RTC and the letter after the one that
    /// is typed, all through the learner's own devices.
    private void runsOn(KernelChoice choice) throws IOException, InterruptedException {
        var real = new Candidates(KernelChoice::deviceIsThere, KernelChoice.KERNEL::open,
                KernelChoice.SOFT::open, libc -> 1);
        LibC chosen = Accelerator.choose(choice, real).libc();
        String word = Seed.word("dev-19 " + choice);
        var serial = new StringBuffer();
        var clock = Clock.fixed(Instant.parse("2042-01-01T00:00:00Z"), ZoneOffset.UTC);
        try (Pc pc = Pc.build(chosen, new PcConfig(64 << 20, 1).with(clock),
                value -> serial.append((char) value))) {
            pc.load(Kernels.loader(directory, Kernels.bzImage(Dev19AcceleratorTest::guest),
                    new byte[0], word));
            pc.type(word.charAt(0));
            assertThat(pc.run()).as("how the machine on --kvm %s ended", choice)
                    .isEqualTo(new PcEnd.PoweredOff());
        }
        assertThat(serial).as("the serial line of the machine on --kvm %s", choice)
                .hasToString(word + "B" + (char) (word.charAt(0) + 1));
    }

    private static void guest(Assembler a) {
        a.mov(EBX, Memory.at(RSI, 0x228));
        a.mov(DX, 0x3F8);
        Label end = a.label("end");
        Label next = a.here("next");
        a.mov(AL, Memory.at(RBX));
        a.cmp(AL, 0);
        a.j(Condition.E, end);
        a.out(DX, AL);
        a.inc(RBX);
        a.jmp(next);
        a.bind(end);
        a.mov(AL, 0x09); // the year, 0x42, is a B
        a.out(0x70, AL);
        a.in(AL, 0x71);
        a.out(DX, AL);
        a.mov(DX, 0x3FD);
        Label wait = a.here("wait");
        a.in(AL, DX);
        a.alu(Alu.AND, AL, 1);
        a.j(Condition.E, wait);
        a.mov(DX, 0x3F8);
        a.in(AL, DX);
        a.inc(AL);
        a.out(DX, AL);
        a.mov(DX, 0x604);
        a.mov(AX, 1 << 13 | 5 << 10);
        a.out(DX, AX);
        a.jmp(a.here("never"));
    }
}
