package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.softkvm.Options;
import dev.vmexit.softkvm.SoftKernel;
import dev.vmexit.softkvm.insn.Form;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// Programs that run long enough to be translated: translated = interpreted = the host's CPU.
class ProgramTest {
    private static final int PROGRAMS = Integer.getInteger("vmexit.differential.programs", 256);
    private static final long SEED = Long.getLong("vmexit.differential.seed", 1);
    private static final int UNDEFINED = 6;
    private static final int RETRIES = 25;
    private static final int PATIENT_RETRIES = 400;
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int EAGERLY = 16;
    private static final int AT_ONCE = 64;
    private static final Traits HARDWARE = new Traits(true, true, true);

    private final List<String> disagreements = new ArrayList<>();
    private int notCompared;

    @Test
    void loops_of_random_instructions_are_the_same_translated_and_interpreted() {
        try (var interpreted = new KvmMachine(new SoftKernel(Options.DEFAULT.withoutTranslation()));
                var translated = new KvmMachine(
                        new SoftKernel(Options.DEFAULT.withEagerTranslation(EAGERLY)))) {
            compare(interpreted, translated, HARDWARE);
        }
        assertThat(disagreements).as("seed %d", SEED).isEmpty();
        assertThat(notCompared).isZero();
    }

    @Test
    void loops_of_random_instructions_are_the_same_as_on_the_hosts_CPU() {
        assumeTrue(KernelChoice.deviceIsThere(), "/dev/kvm is not usable here");
        assumeTrue(KernelChoice.asked() != KernelChoice.SOFT, "Soft KVM was asked for");
        try (var host = new KvmMachine(LibC.host());
                var soft = new KvmMachine(
                        new SoftKernel(Options.DEFAULT.withEagerTranslation(EAGERLY)))) {
            compare(host, soft, Traits.of(host));
        }
        assertThat(disagreements).as("seed %d", SEED).isEmpty();
        assertThat(notCompared).as("programs that the host's emulator does not let finish")
                .isLessThanOrEqualTo(PROGRAMS / 1000);
    }

    private void compare(Machine first, Machine second, Traits traits) {
        List<Form> forms = Hunt.comparableForms(traits).stream().filter(Program::suits).toList();
        for (int done = 0; done < PROGRAMS; done += AT_ONCE) {
            var programs = new ArrayList<Program>();
            for (int slot = 0; slot < AT_ONCE; slot++) {
                programs.add(new Program(SEED * PROGRAMS + done + slot, slot, forms, first));
            }
            MemorySegment.copy(first.ram(), Layout.MEMORY, second.ram(), Layout.MEMORY, 0x1000);
            MemorySegment.copy(first.ram(), Layout.CODE, second.ram(), Layout.CODE, 0x1_0000);
            MemorySegment.copy(first.ram(), Layout.RECORDS, second.ram(), Layout.RECORDS,
                    AT_ONCE * Layout.RECORD_BYTES);
            first.execute(0, AT_ONCE);
            second.execute(0, AT_ONCE);
            for (Program program : programs) {
                List<String> differences = differences(program, forms, first, second);
                if (!differences.isEmpty() && isEmulators(program, first, second)) {
                    notCompared++;
                } else {
                    note(program, differences);
                }
            }
        }
    }

    /// A para-virtual KVM's emulator steps in now and then: what counts is what comes every time.
    /// It knows few SSE instructions, so its answer is `#UD`; and on a host short of time it steps
    /// in so often that 25 turns of a program do not suffice, only waiting does.
    private static List<String> differences(Program program, List<Form> forms, Machine first,
            Machine second) {
        Instance frame = program.frame;
        var found = Comparison.of(frame, HARDWARE, first.ram(), second.ram());
        for (int retry = 0; retry < PATIENT_RETRIES && !found.isEmpty(); retry++) {
            if (retry >= RETRIES) {
                LockSupport.parkNanos(PATIENCE);
            }
            var again = new Program(frame.seed, frame.slot, forms, first);
            first.execute(frame.slot, 1);
            found = Comparison.of(again.frame, HARDWARE, first.ram(), second.ram());
        }
        return found;
    }

    /// `#UD`, which no instruction of a program is worth. An emulator that steps in behind the same
    /// instruction in one of thousands of turns cannot be waited for.
    private static boolean isEmulators(Program program, Machine first, Machine second) {
        long vector = program.frame.record() + Layout.INFO_OUT + 8;
        return first.ram().get(ValueLayout.JAVA_LONG, vector) == UNDEFINED
                && second.ram().get(ValueLayout.JAVA_LONG, vector) != UNDEFINED;
    }

    private void note(Program program, List<String> differences) {
        if (!differences.isEmpty()) {
            disagreements.add(program + "\n    " + String.join("\n    ", differences));
        }
    }
}
