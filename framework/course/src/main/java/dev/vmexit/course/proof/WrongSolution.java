package dev.vmexit.course.proof;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.vmexit.course.CourseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A mistake that a learner could make, as an edit of the solution, and what the tests must say.
///
/// @param mistake in words
/// @param file below `src/main/java`
/// @param replace text that occurs once in it
/// @param with what stands there instead
/// @param verdict state by test id, for every test of the exercise that does not pass
/// @param either tests that one kernel sees fail and another does not, and why; may be left out
/// @param message what the message of one of them must contain
public record WrongSolution(String mistake, String file, String replace, String with,
        Map<String, String> verdict, Map<String, String> either, String message) {
    private static final ObjectMapper YAML = new YAMLMapper();

    public WrongSolution {
        either = either == null ? Map.of() : either;
        if (verdict.keySet().stream().anyMatch(either::containsKey)) {
            throw new CourseException("\"" + mistake + "\": a test is either certain or not: "
                    + either.keySet());
        }
    }

    /// {@return whether these are the tests that must not pass, and no others}
    boolean isExpected(Map<String, String> seen) {
        var certain = new HashMap<>(seen);
        certain.keySet().removeAll(either.keySet());
        return certain.equals(verdict);
    }

    /// A wrong solution with its place: `src/wrong/EXERCISE/NAME.yaml`.
    public record Entry(String exercise, String name, WrongSolution wrong) {}

    /// {@return all of a solution module, by exercise and name}
    static List<Entry> all(Path solution) {
        Path root = solution.resolve("src/wrong");
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted()
                    .map(WrongSolution::read).toList();
        } catch (IOException e) {
            throw new CourseException(root + " cannot be read: " + e.getMessage());
        }
    }

    private static Entry read(Path file) {
        try {
            String name = file.getFileName().toString().replace(".yaml", "");
            return new Entry(file.getParent().getFileName().toString(), name,
                    YAML.readValue(Files.readString(file), WrongSolution.class));
        } catch (IOException e) {
            throw new CourseException(file + ": " + e.getMessage());
        }
    }

    /// {@return the solution's files with the mistake in them}
    Map<String, String> applyTo(Map<String, String> solution) {
        String text = solution.get(file);
        int first = text == null ? -1 : text.indexOf(replace);
        if (first < 0 || text.indexOf(replace, first + 1) >= 0) {
            throw new CourseException("the wrong solution \"" + mistake + "\" wants to replace text"
                    + " that must occur once in " + file + ": " + replace);
        }
        var changed = new java.util.TreeMap<>(solution);
        changed.put(file, text.substring(0, first) + with
                + text.substring(first + replace.length()));
        return changed;
    }
}
