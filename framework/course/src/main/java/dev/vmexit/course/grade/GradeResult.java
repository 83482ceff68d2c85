package dev.vmexit.course.grade;

import java.util.List;

/// The canonical result of grading: everything that a platform's own format is made from.
///
/// @param schema the version of this form; `result.schema.json` describes it
/// @param problem why nothing was run, such as a compiler's message; null if all is well
/// @param sandbox what kept the submission apart: `bubblewrap` or `process`
public record GradeResult(int schema, String lab, int points, int max, Outcome outcome,
        String problem, String sandbox, List<TestResult> tests) {
    public static final int SCHEMA = 1;

    public GradeResult {
        tests = List.copyOf(tests);
    }

    /// How it ended as a whole, with the exit status that says so.
    public enum Outcome {
        PASSED(0), FAILED(1), DOES_NOT_COMPILE(2), REJECTED(3), ENVIRONMENT(4), TIMEOUT(124);

        private final int exitStatus;

        Outcome(int exitStatus) {
            this.exitStatus = exitStatus;
        }

        public int exitStatus() {
            return exitStatus;
        }
    }
}
