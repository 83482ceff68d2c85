package dev.vmexit.course.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.GradeResult.Outcome;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.TestResult;
import java.util.List;

/// Exercism's `results.json`, version 3. It has no points; a task is an exercise.
///
/// @spec https://exercism.org/docs/building/tooling/test-runners/interface "The Test Runner Interface"
final class Exercism {
    private static final int MOST_CHARACTERS = 65_535;

    private Exercism() {}

    static String write(GradeResult result) {
        ObjectNode root = Json.object();
        boolean ran = switch (result.outcome()) {
            case PASSED, FAILED, TIMEOUT -> true;
            case DOES_NOT_COMPILE, REJECTED, ENVIRONMENT -> false;
        };
        root.put("version", 3);
        root.put("status", !ran ? "error" : result.outcome() == Outcome.PASSED ? "pass" : "fail");
        if (!ran) {
            String message = result.problem() == null
                    ? "the machine lacks what the tests need"
                    : result.problem();
            root.put("message", message.substring(0, Math.min(message.length(),
                    MOST_CHARACTERS / 4)));
        }
        List<String> exercises = result.tests().stream().map(TestResult::exercise).distinct()
                .toList();
        var tests = root.putArray("tests");
        for (TestResult test : result.tests()) {
            ObjectNode node = tests.addObject().put("name", test.id())
                    .put("status", test.state() == State.PASSED
                            ? "pass"
                            : test.state() == State.FAILED ? "fail" : "error")
                    .put("test_code", "./vmexit check " + test.exercise())
                    .put("task_id", exercises.indexOf(test.exercise()) + 1);
            if (test.state() != State.PASSED) {
                node.put("message", test.state() + ": " + test.message());
            }
        }
        return Json.text(root);
    }
}
