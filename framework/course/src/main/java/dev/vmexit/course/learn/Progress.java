package dev.vmexit.course.learn;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.manifest.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/// Which exercises a learner has solved once: a text file in the lab, one id a line, that can be
/// committed and merged. It is a memory, not a grade.
public final class Progress {
    private final Path file;
    private final Set<String> solved = new TreeSet<>();

    private Progress(Path file) {
        this.file = file;
    }

    public static Progress of(Lab lab) {
        var progress = new Progress(lab.directory().resolve("progress.txt"));
        if (Files.exists(progress.file)) {
            try {
                Files.readAllLines(progress.file).stream().map(String::strip)
                        .filter(id -> lab.find(id).isPresent()).forEach(progress.solved::add);
            } catch (IOException e) {
                throw new CourseException(progress.file + " cannot be read: " + e.getMessage());
            }
        }
        return progress;
    }

    public boolean isSolved(String exercise) {
        return solved.contains(exercise);
    }

    /// Remembers it, so that a regression can be told as one.
    public void solved(String exercise) {
        if (solved.add(exercise)) {
            write();
        }
    }

    /// Forgets it: the learner wants to do it again.
    public void forget(String exercise) {
        if (solved.remove(exercise)) {
            write();
        }
    }

    private void write() {
        try {
            Files.write(file, solved);
        } catch (IOException e) {
            throw new CourseException(file + " cannot be written: " + e.getMessage());
        }
    }
}
