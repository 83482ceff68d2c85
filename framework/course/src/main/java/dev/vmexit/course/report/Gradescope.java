package dev.vmexit.course.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.TestResult;
import java.util.Locale;

/// Gradescope's `results.json`.
///
/// @spec https://gradescope-autograders.readthedocs.io/en/latest/specs/ "Autograder Specifications", section "Output Format"
final class Gradescope {
    private Gradescope() {}

    static String write(GradeResult result) {
        ObjectNode root = Json.object();
        root.put("score", result.points());
        root.put("output_format", "text");
        root.put("output", result.problem() == null ? "" : result.problem());
        root.put("visibility", "visible");
        root.put("stdout_visibility", "hidden");
        var tests = root.putArray("tests");
        for (TestResult test : result.tests()) {
            tests.addObject().put("name", test.id()).put("score", test.points())
                    .put("max_score", test.max())
                    .put("status", test.state() == State.PASSED ? "passed" : "failed")
                    .put("output_format", "text")
                    .put("output", test.state() == State.PASSED
                            ? ""
                            : test.state() + ": " + test.message())
                    .put("visibility", test.visibility().name().toLowerCase(Locale.ROOT))
                    .putArray("tags").add(test.exercise());
        }
        return Json.text(root);
    }
}
