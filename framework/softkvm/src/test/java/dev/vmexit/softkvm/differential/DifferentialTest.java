package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.softkvm.SoftKernel;
import dev.vmexit.softkvm.insn.Form;
import dev.vmexit.softkvm.ops.AllActions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Random instances of every form, on the host's CPU and on Soft KVM's.
///
/// `-Dvmexit.differential.instances=10000000` for a long run, `-Dvmexit.differential.seed=…` for
/// another one. How many of which were compared is written to `target/differential.txt`.
class DifferentialTest {
    private static final long INSTANCES = Long.getLong("vmexit.differential.instances", 1_500_000);
    private static final long SEED = Long.getLong("vmexit.differential.seed", 1);
    private static final Path REPORT = Path.of("target", "differential.txt");
    private static final int TOLD = 12;

    private final List<String> disagreements = new ArrayList<>();

    @Test
    void every_form_in_ring_3_does_what_the_hosts_CPU_does() throws IOException {
        assumeTrue(KernelChoice.deviceIsThere(), "/dev/kvm is not usable here");
        assumeTrue(KernelChoice.asked() != KernelChoice.SOFT, "Soft KVM was asked for");
        try (var host = new KvmMachine(LibC.host())) {
            Traits traits = Traits.of(host);
            List<Form> forms = Hunt.comparableForms(traits);
            var report = new Report(forms);
            compare(host, traits, forms, report);
            write(report, traits);
            assertThat(disagreements).as("seed %d, %s", SEED, traits).isEmpty();
            assertThat(report.neverCompared()).isEmpty();
        }
    }

    private void compare(Machine host, Traits traits, List<Form> forms, Report report) {
        try (var hunt = new Hunt(host, traits, new KvmMachine(new SoftKernel()), forms)) {
            for (long done = 0; done < INSTANCES; done += Layout.SLOTS) {
                hunt.batch(SEED * INSTANCES + done, done, report, this::note);
            }
        }
    }

    private void note(Instance instance, List<String> differences) {
        if (disagreements.size() < TOLD) {
            disagreements.add(instance + "\n    " + String.join("\n    ", differences));
        }
    }

    private static void write(Report report, Traits traits) throws IOException {
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, "%d instances, seed %d, %s%n%s".formatted(report.instances(),
                SEED, traits, report.text(AllActions.forms().all(),
                        form -> NotComparable.reason(form, traits))));
    }
}
