package dev.vmexit.softkvm.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.insn.Form;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every SSE and MMX form against what a real CPU (AMD EPYC) has made of the same state:
/// `code | seed of the state | what changed`, captured once.
class SseHostVectorsTest {
    private static final Set<String> FEATURES = Set.of("mmx", "sse", "sse2", "sse3", "ssse3",
            "sse41", "sse42", "aes", "pclmul");
    /// The first four approximate, each CPU in its way; the others are tested elsewhere.
    private static final Set<String> WITHOUT_VECTORS = Set.of("RCPPS", "RCPSS", "RSQRTPS",
            "RSQRTSS", "EMMS", "CRC32", "POPCNT");

    private final SseMachine machine = new SseMachine();

    private static List<String> lines() throws IOException {
        try (var in = SseHostVectorsTest.class.getResourceAsStream("sse-vectors.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
        }
    }

    @Test
    void every_captured_instance_changes_what_the_real_CPU_changed() throws IOException {
        List<String> different = lines().stream().filter(line -> !line.equals(replayed(line)))
                .map(line -> line + "   but here: " + replayed(line)).toList();

        assertThat(different).isEmpty();
    }

    private String replayed(String line) {
        String[] part = line.split(" \\| ", -1);
        SseState before = SseState.random(Long.parseLong(part[1]), SseMachine.DATA);
        machine.load(before);
        int fault = machine.fault(part[0]);
        String changes = before.changes(machine.save());
        String what = fault < 0 ? changes : ("#" + fault + " " + changes).trim();
        return part[0] + " | " + part[1] + " | " + what;
    }

    @Test
    void every_form_of_the_table_has_been_captured() throws IOException {
        Set<String> captured = lines().stream()
                .map(line -> machine.decode(line.split(" \\| ")[0]).form.text())
                .collect(Collectors.toSet());

        assertThat(AllActions.forms().all().stream().filter(SseHostVectorsTest::isExpected)
                .map(Form::text)).isSubsetOf(captured);
    }

    private static boolean isExpected(Form form) {
        return form.attributes().stream().anyMatch(FEATURES::contains) && !form.has("x87")
                && !WITHOUT_VECTORS.contains(form.name());
    }
}
