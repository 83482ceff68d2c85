package dev.vmexit.course.learn;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.grade.Compilation;
import dev.vmexit.course.grade.LabClasses;
import dev.vmexit.course.grade.Submission;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.skeleton.LabSources;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// The learner's classes, compiled, to stand in front of the reference ones. A file with an
/// exercise still open is left out, so that the stack is always whole.
///
/// @param classes where they were compiled to
/// @param taken paths of the files that are the learner's
/// @param left paths of the files that still have a hole
public record Mine(Path classes, java.util.Set<String> taken, java.util.Set<String> left) {
    private static final String HOLE = "throw Todo.of(";

    /// @throws CourseException if the learner's files do not compile
    public static Mine compile(Course course, Lab lab, LabClasses behind, Path classes) {
        var wanted = new LabSources(course, lab).reference().keySet();
        Submission submission = Submission.read(LabSources.sourcesOf(lab), wanted);
        Map<String, String> done = new TreeMap<>(submission.files());
        done.values().removeIf(text -> text.contains(HOLE));
        Compilation compiled = Compilation.of(done, behind.libraries(), classes);
        if (!compiled.succeeded()) {
            throw new CourseException("your lab does not compile: "
                    + compiled.errors().getFirst());
        }
        var left = new java.util.TreeSet<>(wanted);
        left.removeAll(done.keySet());
        return new Mine(classes, done.keySet(), left);
    }
}
