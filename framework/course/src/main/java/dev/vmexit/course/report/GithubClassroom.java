package dev.vmexit.course.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.TestResult;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// The `result` output of a GitHub Classroom autograder, version 1: base64 of JSON. The service was
/// retired in August 2026; its reporter action still reads this.
///
/// @spec https://github.com/classroom-resources/autograding-grading-reporter "Autograding GitHub Classroom Reporter", v1
final class GithubClassroom {
    private GithubClassroom() {}

    static String write(GradeResult result) {
        String json = json(result);
        return Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8)) + "\n";
    }

    private static String json(GradeResult result) {
        ObjectNode root = Json.object();
        root.put("version", 1);
        root.put("status", switch (result.outcome()) {
            case PASSED -> "pass";
            case FAILED -> "fail";
            case DOES_NOT_COMPILE, REJECTED, ENVIRONMENT, TIMEOUT -> "error";
        });
        root.put("max_score", result.max());
        var tests = root.putArray("tests");
        for (TestResult test : result.tests()) {
            tests.addObject().put("name", test.id()).put("status", status(test.state()))
                    .put("score", test.points()).put("message", test.message())
                    .put("test_code", "./vmexit check " + test.exercise())
                    .put("filename", "").put("line_no", 0)
                    .put("execution_time", test.millis() / 1000.0 + "s");
        }
        return Json.text(root);
    }

    private static String status(State state) {
        return switch (state) {
            case PASSED -> "pass";
            case FAILED, TODO, BLOCKED -> "fail";
            case ERROR, TIMEOUT, ENVIRONMENT -> "error";
        };
    }
}
