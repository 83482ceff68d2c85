package dev.vmexit.course.report;

import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.TestResult;
import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// JUnit's XML as Surefire writes it, which Jenkins and GitLab read too. Points stand among the
/// suite's properties, the only place that the schema leaves for them.
///
/// @spec https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report-3.0.2.xsd "surefire-test-report", version 3.0.2
final class JunitXml {
    private JunitXml() {}

    static String write(GradeResult result) {
        var text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            suite(xml, result);
            xml.writeEndDocument();
        } catch (XMLStreamException impossible) {
            throw new AssertionError("a string cannot be written to", impossible);
        }
        return text + "\n";
    }

    private static void suite(XMLStreamWriter xml, GradeResult result) throws XMLStreamException {
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", result.lab());
        xml.writeAttribute("tests", Integer.toString(result.tests().size()));
        xml.writeAttribute("failures", count(result, "failure"));
        xml.writeAttribute("errors", count(result, "error"));
        xml.writeAttribute("skipped", count(result, "skipped"));
        xml.writeAttribute("time", seconds(result.tests().stream()
                .mapToLong(TestResult::millis).sum()));
        xml.writeStartElement("properties");
        property(xml, "points", result.points());
        property(xml, "max", result.max());
        xml.writeEndElement();
        for (TestResult test : result.tests()) {
            test(xml, result, test);
        }
        xml.writeEndElement();
    }

    private static void property(XMLStreamWriter xml, String name, int value)
            throws XMLStreamException {
        xml.writeEmptyElement("property");
        xml.writeAttribute("name", name);
        xml.writeAttribute("value", Integer.toString(value));
    }

    private static void test(XMLStreamWriter xml, GradeResult result, TestResult test)
            throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("name", test.id());
        xml.writeAttribute("classname", result.lab() + "." + test.exercise());
        xml.writeAttribute("time", seconds(test.millis()));
        if (test.state() != State.PASSED) {
            xml.writeStartElement(element(test.state()));
            xml.writeAttribute("message", legal(test.message().lines().findFirst().orElse("")));
            if (!element(test.state()).equals("skipped")) {
                xml.writeAttribute("type", test.state().toString());
            }
            xml.writeCharacters(legal(test.message()));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static String count(GradeResult result, String element) {
        return Long.toString(result.tests().stream().filter(t -> t.state() != State.PASSED)
                .filter(t -> element(t.state()).equals(element)).count());
    }

    private static String element(State state) {
        return switch (state) {
            case FAILED, TODO, BLOCKED -> "failure";
            case ERROR, TIMEOUT -> "error";
            case ENVIRONMENT, PASSED -> "skipped";
        };
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.3f", millis / 1000.0);
    }

    /// XML 1.0 has no control characters, not even escaped.
    private static String legal(String text) {
        return text.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD]", "?");
    }
}
