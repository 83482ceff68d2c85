package dev.vmexit.course.proof;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Whether the places in the book that the exercises send a learner to exist.
final class ChapterAnchors {
    private final String text;

    ChapterAnchors(Course course) {
        Path chapters = course.root().resolve("chapters");
        try (Stream<Path> files = Files.walk(chapters)) {
            var all = new StringBuilder();
            for (Path file : files.filter(f -> f.toString().endsWith(".adoc")).toList()) {
                all.append(Files.readString(file));
            }
            this.text = all.toString();
        } catch (IOException e) {
            throw new CourseException(chapters + " cannot be read: " + e.getMessage());
        }
    }

    List<String> missing(Lab lab) {
        var missing = new ArrayList<String>();
        for (Exercise exercise : lab.exercises()) {
            for (String anchor : List.of(exercise.chapter(), exercise.id())) {
                if (!text.contains("[#" + anchor + "]")) {
                    missing.add(exercise.id() + ": no chapter has the anchor " + anchor);
                }
            }
        }
        return missing;
    }
}
