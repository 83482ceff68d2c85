package dev.vmexit.course.learn;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.manifest.Exercise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Hints, one more each time: a nudge, where to read, the plan in words. Never the code.
public final class Hints {
    private final Path directory;

    /// @param directory where it is remembered how many were given; not part of the repository
    public Hints(Path directory) {
        this.directory = directory;
    }

    /// {@return the next hint, with its number; the last one again when all are given}
    public String next(Exercise exercise) {
        Path file = directory.resolve(exercise.id());
        int given = given(file);
        int level = Math.min(given, exercise.hints().size() - 1);
        try {
            Files.createDirectories(directory);
            Files.writeString(file, Integer.toString(level + 1));
        } catch (IOException e) {
            throw new CourseException(file + " cannot be written: " + e.getMessage());
        }
        return "%s, hint %d of %d: %s".formatted(exercise.id(), level + 1,
                exercise.hints().size(), exercise.hints().get(level).strip());
    }

    private static int given(Path file) {
        try {
            return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
        } catch (IOException | NumberFormatException damaged) {
            return 0;
        }
    }
}
