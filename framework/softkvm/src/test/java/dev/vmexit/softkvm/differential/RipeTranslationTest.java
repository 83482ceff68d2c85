package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.Options;
import dev.vmexit.softkvm.SoftKernel;
import dev.vmexit.softkvm.insn.Form;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Translation as a user has it: in a thread of its own, called in vain before it is in force.
class RipeTranslationTest {
    private static final long SEED = 7;
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);
    private static final Traits HARDWARE = new Traits(true, true, true);

    private final List<Form> forms =
            Hunt.comparableForms(HARDWARE).stream().filter(Program::suits).toList();

    @Test
    void a_hot_loop_ends_up_in_translated_code_and_comes_to_the_same() {
        var kernel = new SoftKernel();
        try (var interpreted = new KvmMachine(new SoftKernel(Options.DEFAULT.withoutTranslation()));
                var translated = new KvmMachine(kernel)) {
            untilTranslated(kernel, translated);
            copyProgram(interpreted, translated);
            Instance frame = new Program(SEED, 0, forms, translated).frame;
            new Program(SEED, 0, forms, interpreted);
            interpreted.execute(0, 1);
            translated.execute(0, 1);
            assertThat(Comparison.of(frame, HARDWARE, interpreted.ram(), translated.ram()))
                    .isEmpty();
        }
        assertThat(kernel.statistics().translatedInstructions.sum()).isPositive();
    }

    private void untilTranslated(SoftKernel kernel, Machine machine) {
        long end = System.nanoTime() + PATIENCE;
        while (!kernel.statistics().named().containsKey("regions translated")) {
            assertThat(System.nanoTime()).as("the translator had two minutes").isLessThan(end);
            new Program(SEED, 0, forms, machine);
            machine.execute(0, 1);
        }
    }

    /// What both read besides their code, which stays as it is: writing it would drop the
    /// translation.
    private static void copyProgram(Machine to, Machine from) {
        MemorySegment.copy(from.ram(), Layout.MEMORY, to.ram(), Layout.MEMORY, 0x1000);
        MemorySegment.copy(from.ram(), Layout.RECORDS, to.ram(), Layout.RECORDS,
                Layout.RECORD_BYTES);
    }
}
