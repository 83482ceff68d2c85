package dev.vmexit.course.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.TestResult;
import java.util.Locale;

/// Our own form, which loses nothing; `result.schema.json` describes it.
final class CanonicalJson {
    private CanonicalJson() {}

    static String write(GradeResult result) {
        ObjectNode root = Json.object();
        root.put("schema", result.schema());
        root.put("lab", result.lab());
        root.put("points", result.points());
        root.put("max", result.max());
        root.put("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
        root.put("problem", result.problem());
        root.put("sandbox", result.sandbox());
        var tests = root.putArray("tests");
        for (TestResult test : result.tests()) {
            tests.addObject().put("id", test.id()).put("exercise", test.exercise())
                    .put("state", test.state().toString()).put("points", test.points())
                    .put("max", test.max())
                    .put("visibility", test.visibility().name().toLowerCase(Locale.ROOT))
                    .put("millis", test.millis()).put("message", test.message());
        }
        return Json.text(root);
    }
}
