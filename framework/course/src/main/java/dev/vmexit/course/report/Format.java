package dev.vmexit.course.report;

import dev.vmexit.course.grade.GradeResult;
import java.util.function.Function;

/// The forms in which a result can be written.
public enum Format {
    JSON(CanonicalJson::write), //
    GRADESCOPE(Gradescope::write), //
    GITHUB(GithubClassroom::write), //
    CLASSROOM50(Classroom50::write), //
    EXERCISM(Exercism::write), //
    JUNIT(JunitXml::write), //
    CSV(Csv::write);

    private final Function<GradeResult, String> writer;

    Format(Function<GradeResult, String> writer) {
        this.writer = writer;
    }

    public String write(GradeResult result) {
        return writer.apply(result);
    }
}
