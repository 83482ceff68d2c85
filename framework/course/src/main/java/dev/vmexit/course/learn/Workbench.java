package dev.vmexit.course.learn;

import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.Grader;
import dev.vmexit.course.grade.LabClasses;
import dev.vmexit.course.grade.Sandbox;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.Submission;
import dev.vmexit.course.grade.TestResult;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.skeleton.LabSources;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A learner's lab, looked at: which exercise is next, and what its tests say.
public final class Workbench {
    private final Lab lab;
    private final Grader grader;
    private final Set<String> wanted;
    private final Progress progress;
    private final PrintStream out;

    public Workbench(Course course, Lab lab, LabClasses classes, PrintStream out) {
        this.lab = lab;
        this.grader = new Grader(lab, classes, Sandbox.PROCESS);
        this.wanted = new LabSources(course, lab).reference().keySet();
        this.progress = Progress.of(lab);
        this.out = out;
    }

    /// {@return the first exercise that has not been solved yet}
    public Optional<Exercise> next() {
        return lab.exercises().stream().filter(e -> !progress.isSolved(e.id())).findFirst();
    }

    /// Runs the tests of an exercise and of those before it, and says what matters: the first thing
    /// that is red, or that all is green.
    ///
    /// @return whether all passed
    public boolean check(Exercise exercise) {
        Submission submission = Submission.read(LabSources.sourcesOf(lab), wanted);
        List<Exercise> upTo = lab.upTo(exercise);
        GradeResult result = grader.grade(submission, upTo, false);
        if (result.problem() != null) {
            out.println(result.problem());
            return false;
        }
        for (Exercise each : upTo) {
            List<TestResult> red = red(result, each);
            if (!red.isEmpty()) {
                return explain(each, exercise, red);
            }
            progress.solved(each.id());
        }
        out.printf("%s: all green, %d of %d points so far%n", exercise.id(), result.points(),
                lab.points());
        out.println(exercise.after().strip());
        return true;
    }

    private static List<TestResult> red(GradeResult result, Exercise exercise) {
        return result.tests().stream().filter(test -> test.exercise().equals(exercise.id()))
                .filter(test -> test.state() != State.PASSED).toList();
    }

    private boolean explain(Exercise red, Exercise wantedOne, List<TestResult> tests) {
        if (progress.isSolved(red.id())) {
            out.printf("A regression: %s was green before.%n", red.id());
        } else if (!red.equals(wantedOne)) {
            out.printf("%s comes before %s and is not done yet.%n", red.id(), wantedOne.id());
        }
        if (tests.stream().allMatch(test -> test.state() == State.ENVIRONMENT)) {
            tests.forEach(test -> out.println(Explanation.of(test, red)));
            out.println("These tests need another machine; nothing here is wrong with your code.");
            return false;
        }
        tests.stream().filter(test -> test.state() != State.TODO).limit(2)
                .forEach(test -> out.println(Explanation.of(test, red)));
        if (tests.stream().allMatch(test -> test.state() == State.TODO)) {
            out.println(Explanation.of(tests.getFirst(), red));
            out.println("  Red is right here: the body is still a hole. "
                    + "Fill it, save, and look again.");
        }
        return false;
    }

    /// Says what the next exercise is and where it is done.
    public void introduce(Exercise exercise) {
        out.printf("%n%s [%d points]  %s%n", exercise.id(), exercise.points(), exercise.title());
        out.printf("  read  chapters, anchor %s%n", exercise.chapter());
        wanted.stream().filter(path -> mentions(path, exercise))
                .forEach(path -> out.printf("  edit  %s%n", LabSources.sourcesOf(lab)
                        .resolve(path)));
    }

    private boolean mentions(String path, Exercise exercise) {
        try {
            return java.nio.file.Files.readString(LabSources.sourcesOf(lab).resolve(path))
                    .contains("Todo.of(\"" + exercise.id() + "\"");
        } catch (java.io.IOException unreadable) {
            return false;
        }
    }
}
