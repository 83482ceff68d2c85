package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmexit.softkvm.SoftKernel;
import dev.vmexit.softkvm.insn.Form;
import dev.vmexit.softkvm.ops.AllActions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Random instances on Unicorn's CPU and on Soft KVM's: a second opinion, and where there is no
/// `/dev/kvm`, the only one.
///
/// `-Dvmexit.unicorn.instances=10000000` for a long run. How many of which form were compared, and
/// why some are not, is written to `target/unicorn.txt`.
class UnicornTest {
    private static final long INSTANCES = Long.getLong("vmexit.unicorn.instances", 300_000);
    private static final long SEED = Long.getLong("vmexit.differential.seed", 1);
    private static final Path REPORT = Path.of("target", "unicorn.txt");
    private static final int TOLD = 12;
    /// It checks neither a segment's limit nor whether an SSE operand is aligned.
    private static final Traits TRAITS = new Traits(true, true, false);

    private final List<String> disagreements = new ArrayList<>();

    @Test
    void most_forms_in_ring_3_do_what_Unicorns_CPU_does() throws IOException {
        assumeTrue(Unicorn.whyNot().isEmpty(), Unicorn.whyNot());
        List<Form> forms = Hunt.comparableForms(TRAITS).stream()
                .filter(form -> UnicornDeviations.reason(form).isEmpty()).toList();
        var report = new Report(forms);
        try (var hunt = new Hunt(new UnicornMachine(), TRAITS, new KvmMachine(new SoftKernel()),
                forms)) {
            for (long done = 0; done < INSTANCES; done += Layout.SLOTS) {
                hunt.batch(SEED * INSTANCES + done, done, report, this::note);
            }
        }
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, "%d instances, seed %d%n%s".formatted(report.instances(), SEED,
                report.text(AllActions.forms().all(), UnicornTest::reason)));
        assertThat(disagreements).as("seed %d", SEED).isEmpty();
        assertThat(report.neverCompared()).isEmpty();
    }

    private static String reason(Form form) {
        String reason = NotComparable.reason(form, TRAITS);
        return reason.isEmpty() ? UnicornDeviations.reason(form) : reason;
    }

    private void note(Instance instance, List<String> differences) {
        if (disagreements.size() < TOLD) {
            disagreements.add(instance + "\n    " + String.join("\n    ", differences));
        }
    }
}
