package dev.vmexit.grading;

import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.Grader;
import dev.vmexit.course.grade.LabClasses;
import dev.vmexit.course.grade.Sandbox;
import dev.vmexit.course.grade.Submission;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.skeleton.LabSources;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;

/// The first three exercises of lab 1, to be graded with one thing changed in the solution.
final class Attacked {
    private static final int SECONDS = 4;

    private final Course course = new Course(Path.of("../..").toAbsolutePath().normalize());
    private final Lab lab = course.lab("kvm-minimal");
    private final LabSources sources = new LabSources(course, lab);
    private final Sandbox sandbox = Sandbox.best();
    private final Grader grader = new Grader(lab,
            LabClasses.of(course, lab, LabClasses.ownClassPath()), sandbox, SECONDS);

    Sandbox sandbox() {
        return sandbox;
    }

    GradeResult gradeWith(String file, String replace, String with) {
        var files = new TreeMap<>(sources.generate(Set.copyOf(lab.ids())));
        String text = files.get(file);
        if (!text.contains(replace)) {
            throw new IllegalArgumentException(file + " does not contain " + replace);
        }
        files.put(file, text.replace(replace, with));
        return grader.grade(new Submission(files), lab.exercises().subList(0, 3), true);
    }

    /// {@return the result of handing in these files of the solution and no others}
    GradeResult gradeOnly(String... paths) {
        var files = new TreeMap<>(sources.generate(Set.copyOf(lab.ids())));
        files.keySet().retainAll(Set.of(paths));
        return grader.grade(new Submission(files).over(sources.generate(Set.of())),
                lab.exercises().subList(0, 3), true);
    }
}
