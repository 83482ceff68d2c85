package dev.vmexit.course.learn;

import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.TestResult;
import dev.vmexit.course.manifest.Exercise;

/// A test's result as text: what happened, a likely cause, and the next command.
public final class Explanation {
    private static final int WIDTH = 60;

    private Explanation() {}

    /// {@return one line for a test that passed, a paragraph for one that did not}
    ///
    /// @param chapter the title of the chapter that explains it
    public static String of(TestResult test, Exercise exercise, String chapter) {
        String head = "%-16s %-9s (%d of %d points)".formatted(test.id(),
                test.state().name(), test.points(), test.max());
        if (test.state() == State.PASSED) {
            return head;
        }
        var text = new StringBuilder(("%-" + WIDTH + "s book: \"%s\"").formatted(head,
                chapter));
        test.message().lines().forEach(line -> text.append("\n  ").append(line));
        if (test.state() == State.FAILED && !exercise.causes().isEmpty()) {
            text.append("\n  Common causes in this exercise:");
            exercise.causes().forEach(cause -> text.append("\n  - ").append(cause.strip()));
        }
        if (test.state() != State.ENVIRONMENT) {
            text.append("\n  next: ./vmexit hint ").append(exercise.id());
        }
        return text.toString();
    }
}
