package dev.vmexit.course.manifest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.vmexit.course.CourseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A lab: where it is, what its exercises are and what they are worth.
///
/// @param directory the lab's module, such as `lab-kvm-minimal`
/// @param number its place among the labs, from 1
/// @param name as in `solutions/NAME`
public record Lab(Path directory, int number, String name, String title, int points,
        List<Exercise> exercises) {
    private static final ObjectMapper YAML = new YAMLMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /// The part of a lab that stands in `lab.yaml`.
    private record Header(int number, String name, String title, int points,
            List<String> exercises) {}

    /// {@return the lab in a directory}
    ///
    /// @throws CourseException if a file is missing or says what it may not
    public static Lab read(Path directory) {
        Header header = parse(directory.resolve("lab.yaml"), Header.class);
        List<Exercise> exercises = header.exercises.stream().map(id -> parse(
                directory.resolve("exercises").resolve(id + ".yaml"), Exercise.class)).toList();
        var lab = new Lab(directory, header.number, header.name, header.title, header.points,
                exercises);
        List<String> problems = lab.problems();
        if (!problems.isEmpty()) {
            throw new CourseException(directory.resolve("lab.yaml") + ": "
                    + String.join("; ", problems));
        }
        return lab;
    }

    private static <T> T parse(Path file, Class<T> type) {
        try {
            return YAML.readValue(Files.readString(file), type);
        } catch (IOException e) {
            throw new CourseException(file + ": " + e.getMessage().lines().findFirst().orElse(""));
        }
    }

    private List<String> problems() {
        var problems = new ArrayList<String>();
        int sum = exercises.stream().mapToInt(Exercise::points).sum();
        if (sum != points) {
            problems.add("its exercises have " + sum + " points, not " + points);
        }
        for (Exercise exercise : exercises) {
            int tests = exercise.tests().stream().mapToInt(TestPoints::points).sum();
            if (tests != exercise.points()) {
                problems.add("%s has %d points, its tests %d".formatted(exercise.id(),
                        exercise.points(), tests));
            }
            if (exercise.hints().size() != 3) {
                problems.add(exercise.id() + " must have three hints");
            }
        }
        return problems;
    }

    public Exercise exercise(String id) {
        return find(id).orElseThrow(() -> new CourseException("there is no exercise " + id
                + "; this lab has " + exercises.getFirst().id() + " … "
                + exercises.getLast().id()));
    }

    public Optional<Exercise> find(String id) {
        return exercises.stream().filter(exercise -> exercise.id().equals(id)).findFirst();
    }

    /// {@return the exercises up to and with this one}
    public List<Exercise> upTo(Exercise last) {
        return exercises.subList(0, exercises.indexOf(last) + 1);
    }

    public List<String> ids() {
        return exercises.stream().map(Exercise::id).toList();
    }
}
