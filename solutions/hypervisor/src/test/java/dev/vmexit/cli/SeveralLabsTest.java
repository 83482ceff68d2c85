package dev.vmexit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which lab a command means when it is not told.
class SeveralLabsTest {
    @TempDir
    private Path root;

    @BeforeEach
    void two_labs_whose_names_are_not_in_their_order() throws IOException {
        Files.createFile(root.resolve("pom.xml"));
        lab("lab-z", 1, "one-01");
        lab("lab-a", 2, "two-01");
    }

    private void lab(String directory, int number, String exercise) throws IOException {
        Path lab = Files.createDirectories(root.resolve(directory));
        Files.writeString(lab.resolve("lab.yaml"), """
                number: %d
                name: %s
                title: a lab
                points: 1
                exercises: [%s]
                """.formatted(number, directory.substring(4), exercise));
        Files.writeString(Files.createDirectory(lab.resolve("exercises"))
                .resolve(exercise + ".yaml"), """
                        id: %s
                        title: an exercise
                        points: 1
                        chapter: ch-none
                        hints: [first, second, third]
                        after: done
                        causes: []
                        tests:
                          - {id: %s.a, points: 1}
                        """.formatted(exercise, exercise));
    }

    private String hint() {
        Run run = Run.of("hint", "--root", root.toString());
        assertThat(run.status()).as(run.err()).isZero();
        return run.out();
    }

    @Test
    void a_learner_goes_on_with_the_first_lab_by_number_that_is_not_done() throws IOException {
        assertThat(hint()).startsWith("one-01, hint 1 of 3");
        Files.writeString(root.resolve("lab-z/progress.txt"), "one-01\n");
        assertThat(hint()).startsWith("two-01, hint 1 of 3");
        Files.writeString(root.resolve("lab-a/progress.txt"), "two-01\n");
        assertThat(Run.of("hint", "--root", root.toString()).err())
                .contains("every exercise of this lab is solved");
    }
}
