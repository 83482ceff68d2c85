package dev.vmexit.course.report;

import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.TestResult;

/// One line a test, for a spreadsheet.
///
/// A field that a spreadsheet could take for a formula is quoted with an apostrophe: a test's
/// message holds what the student's program printed.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4180 RFC 4180, section 2 "Definition of the CSV Format"
final class Csv {
    private Csv() {}

    static String write(GradeResult result) {
        var text = new StringBuilder("lab,exercise,test,state,points,max,message\r\n");
        for (TestResult test : result.tests()) {
            text.append(String.join(",", field(result.lab()), field(test.exercise()),
                    field(test.id()), field(test.state().toString()),
                    Integer.toString(test.points()), Integer.toString(test.max()),
                    field(test.message()))).append("\r\n");
        }
        return text.toString();
    }

    private static String field(String value) {
        String safe = !value.isEmpty() && "=+-@\t".indexOf(value.charAt(0)) >= 0
                ? "'" + value
                : value;
        return "\"" + safe.replace("\"", "\"\"") + "\"";
    }
}
