package dev.vmexit.course.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.TestResult;
import java.util.Map;

/// Classroom 50's `result.json`. Which classroom, assignment and submission it is, its runner says
/// in the environment; the fields that the runner writes itself are left to it.
///
/// @spec https://github.com/foundation50/classroom50 schemas/result-v1.schema.json, "classroom50/result/v1"
final class Classroom50 {
    private Classroom50() {}

    static String write(GradeResult result) {
        return write(result, System.getenv());
    }

    static String write(GradeResult result, Map<String, String> environment) {
        ObjectNode root = Json.object();
        root.put("schema", "classroom50/result/v1");
        put(root, "classroom", environment.get("CLASSROOM"));
        put(root, "assignment", environment.get("ASSIGNMENT"));
        put(root, "assignment_type", environment.get("ASSIGNMENT_TYPE"));
        put(root, "owner", environment.get("OWNER"));
        put(root, "submission", environment.get("SUBMISSION_TAG"));
        put(root, "commit", environment.get("COMMIT_URL"));
        put(root, "release", environment.get("RELEASE_URL"));
        put(root, "review", environment.getOrDefault("REVIEW_URL",
                environment.get("COMMIT_URL")));
        root.put("score", result.points());
        root.put("max-score", result.max());
        var tests = root.putArray("tests");
        for (TestResult test : result.tests()) {
            tests.addObject().put("test-name", test.id())
                    .put("passed", test.state() == State.PASSED).put("score", test.points())
                    .put("max-score", test.max()).put("message", test.message());
        }
        return Json.text(root);
    }

    private static void put(ObjectNode root, String key, String value) {
        root.put(key, value == null || value.isEmpty() ? "unknown" : value);
    }
}
