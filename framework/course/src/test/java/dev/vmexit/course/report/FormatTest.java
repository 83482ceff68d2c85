package dev.vmexit.course.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.vmexit.course.Visibility;
import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.GradeResult.Outcome;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.TestResult;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class FormatTest {
    private static final String NASTY = "=cmd() \"quoted\", <b>&\n\u0000\u001b[31mred\u2028 \ud800";

    /// One test in each state, and a message that every format has to survive.
    private static GradeResult mixed() {
        var tests = new ArrayList<TestResult>();
        for (State state : State.values()) {
            int points = state == State.PASSED ? 3 : 0;
            tests.add(new TestResult("lab-01." + state, "lab-01", state, points, 3,
                    Visibility.HIDDEN, 1234, state == State.PASSED ? "" : NASTY));
        }
        return new GradeResult(1, "lab", 3, 21, Outcome.FAILED, null, "process", tests);
    }

    private static GradeResult broken() {
        return new GradeResult(1, "lab", 0, 3, Outcome.DOES_NOT_COMPILE, "X.java:1: no", "process",
                List.of(new TestResult("lab-01.a", "lab-01", State.ERROR, 0, 3,
                        Visibility.VISIBLE, 0, "not run")));
    }

    static Stream<GradeResult> results() {
        return Stream.of(mixed(), broken());
    }

    private static void isValid(String schema, String json) {
        var validator = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(FormatTest.class.getResourceAsStream(schema));
        assertThat(validator.validate(json, InputFormat.JSON)).as(json).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("results")
    void the_canonical_form_is_as_its_schema_says(GradeResult result) {
        isValid("/result.schema.json", Format.JSON.write(result));
    }

    @ParameterizedTest
    @MethodSource("results")
    void gradescope(GradeResult result) {
        isValid("/schemas/gradescope.json", Format.GRADESCOPE.write(result));
    }

    @ParameterizedTest
    @MethodSource("results")
    void github_classroom_is_base64_of_its_JSON_and_the_scores_add_up(GradeResult result) {
        String text = Format.GITHUB.write(result).strip();
        String json = new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        isValid("/schemas/github.json", json);
    }

    @ParameterizedTest
    @MethodSource("results")
    void classroom50_takes_its_identity_from_the_environment(GradeResult result) {
        isValid("/schemas/classroom50.json", Classroom50.write(result, Map.of("CLASSROOM", "c",
                "ASSIGNMENT", "lab1", "ASSIGNMENT_TYPE", "individual", "OWNER", "ada",
                "SUBMISSION_TAG", "submit/1", "COMMIT_URL", "u", "RELEASE_URL", "r")));
    }

    @ParameterizedTest
    @MethodSource("results")
    void exercism(GradeResult result) {
        isValid("/schemas/exercism.json", Format.EXERCISM.write(result));
    }

    @Test
    void junit_xml_is_well_formed_whatever_a_message_holds_and_its_counts_are_right()
            throws Exception {
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(Format.JUNIT.write(mixed()))));
        Element suite = document.getDocumentElement();
        assertThat(suite.getTagName()).isEqualTo("testsuite");
        assertThat(suite.getAttribute("tests")).isEqualTo("7");
        for (String kind : new String[]{"failure", "error", "skipped"}) {
            String plural = kind.equals("skipped") ? kind : kind + "s";
            assertThat(suite.getAttribute(plural)).as(plural).isEqualTo(
                    Integer.toString(suite.getElementsByTagName(kind).getLength()));
        }
        assertThat(suite.getElementsByTagName("testcase").item(0).getAttributes()
                .getNamedItem("time").getNodeValue()).isEqualTo("1.234");
    }

    @Test
    void csv_quotes_and_disarms_formulas() {
        String[] lines = Format.CSV.write(broken()).split("\r\n");
        assertThat(lines).containsExactly("lab,exercise,test,state,points,max,message",
                "\"lab\",\"lab-01\",\"lab-01.a\",\"error\",0,3,\"not run\"");
        assertThat(Format.CSV.write(mixed())).contains("\"'=cmd() \"\"quoted\"\", <b>&");
    }
}
