package dev.vmexit.course.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Visibility;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.TestResult;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnTest {
    private static final Exercise EXERCISE = new Exercise("lab-01", "Do it", 4, "ch-one",
            List.of("a nudge", "where", "the plan"), "after", List.of("you forgot"), List.of());

    @TempDir
    private Path directory;

    private static TestResult result(State state, String message) {
        return new TestResult("lab-01.a", "lab-01", state, 0, 2, Visibility.VISIBLE, 5, message);
    }

    @Test
    void hints_come_one_at_a_time_and_the_last_one_stays() {
        var hints = new Hints(directory);
        assertThat(hints.next(EXERCISE)).contains("hint 1 of 3: a nudge");
        assertThat(hints.next(EXERCISE)).contains("hint 2 of 3: where");
        assertThat(new Hints(directory).next(EXERCISE)).contains("hint 3 of 3: the plan");
        assertThat(hints.next(EXERCISE)).contains("hint 3 of 3: the plan");
    }

    @Test
    void a_failure_says_what_happened_a_cause_and_the_next_command() {
        assertThat(Explanation.of(result(State.FAILED, "expected 1\nbut was 2"), EXERCISE,
                "One"))
                .isEqualTo("""
                        lab-01.a         FAILED    (0 of 2 points)                   book: "One"
                          expected 1
                          but was 2
                          Common causes in this exercise:
                          - you forgot
                          next: ./vmexit hint lab-01""");
    }

    @Test
    void what_the_machine_lacks_is_nobody_s_mistake() {
        assertThat(Explanation.of(result(State.ENVIRONMENT, "no kvm"), EXERCISE, "One"))
                .contains("no kvm").doesNotContain("cause").doesNotContain("hint");
    }

    @Test
    void progress_is_a_text_file_that_can_be_merged_and_forgets_nothing() throws IOException {
        var lab = new Lab(directory, 1, "lab", "title", 4, List.of(EXERCISE));
        Path file = directory.resolve("progress.txt");
        Files.writeString(file, "<<<<<<< mine\nlab-77\n");
        var progress = Progress.of(lab);
        assertThat(progress.isSolved("lab-01")).isFalse();
        progress.solved("lab-01");
        assertThat(Files.readAllLines(file)).containsExactly("lab-01");
        assertThat(Progress.of(lab).isSolved("lab-01")).isTrue();
    }

    @Test
    void a_file_that_is_renamed_over_another_is_a_change() throws Exception {
        Path file = Files.writeString(directory.resolve("A.java"), "old");
        for (boolean poll : new boolean[]{false, true}) {
            try (var watch = new Watch(directory, poll)) {
                Path fresh = Files.writeString(directory.resolve("A.java~"), "new " + poll);
                Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
                boolean changed = false;
                for (int i = 0; i < 60 && !changed; i++) {
                    changed = watch.changed();
                }
                assertThat(changed).as("seen, polling: " + poll).isTrue();
            }
        }
    }
}
