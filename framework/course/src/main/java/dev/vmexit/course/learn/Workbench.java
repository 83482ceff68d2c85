package dev.vmexit.course.learn;

import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.Grader;
import dev.vmexit.course.grade.LabClasses;
import dev.vmexit.course.grade.Sandbox;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.Submission;
import dev.vmexit.course.grade.TestResult;
import dev.vmexit.course.manifest.Chapters;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.skeleton.LabSources;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A learner's lab, looked at: which exercise is next, and what its tests say.
public final class Workbench {
    /// A learner waits for this; a grader has more patience.
    private static final int MOST_SECONDS = 8;
    private static final int SHOWN = 2;

    private final Lab lab;
    private final Grader grader;
    private final Map<String, String> reference;
    private final Map<String, String> skeleton;
    private final Progress progress;
    private final Chapters chapters;
    private final Course course;
    private final PrintStream out;

    public Workbench(Course course, Lab lab, LabClasses classes, PrintStream out) {
        this.lab = lab;
        this.grader = new Grader(lab, classes, Sandbox.PROCESS, MOST_SECONDS);
        var sources = new LabSources(course, lab);
        this.reference = sources.reference();
        this.skeleton = sources.generate(java.util.Set.of());
        this.progress = Progress.of(lab);
        this.chapters = course.chapters();
        this.course = course;
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
        Submission submission = Submission.read(LabSources.sourcesOf(lab), reference.keySet())
                .over(skeleton);
        List<Exercise> upTo = lab.upTo(exercise);
        out.printf("running the tests of %s … %s%n", upTo.getFirst().id(), exercise.id());
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
        filesOf(exercise).forEach(path -> out.printf("compare with %s, tag %s%n",
                course.solution(lab).resolve("src/main/java").resolve(path), exercise.id()));
        return true;
    }

    private String text(TestResult test, Exercise exercise) {
        return Explanation.of(test, exercise, chapters.title(exercise.chapter()));
    }

    /// {@return the files in which an exercise has a hole, by the solution's own marks}
    private List<String> filesOf(Exercise exercise) {
        return reference.entrySet().stream()
                .filter(entry -> entry.getValue().contains("Todo.of(\"" + exercise.id() + "\""))
                .map(Map.Entry::getKey).toList();
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
            tests.forEach(test -> out.println(text(test, red)));
            out.println("These tests need another machine; nothing here is wrong with your code.");
            return false;
        }
        List<TestResult> worse = tests.stream().filter(test -> test.state() != State.TODO)
                .toList();
        worse.stream().limit(SHOWN).forEach(test -> out.println(text(test, red)));
        if (worse.size() > SHOWN) {
            out.printf("… and %d more%n", worse.size() - SHOWN);
        }
        if (tests.stream().allMatch(test -> test.state() == State.TODO)) {
            out.println(text(tests.getFirst(), red));
            out.println("  Red is right here: the body is still a hole. "
                    + "Fill it, save, and look again.");
        }
        return false;
    }

    /// Says what the next exercise is and where it is done.
    public void introduce(Exercise exercise) {
        out.printf("%n%s [%d points]  %s%n", exercise.id(), exercise.points(), exercise.title());
        out.printf("  read  \"%s\", book/target/html/index.html#%s%n",
                chapters.title(exercise.chapter()), exercise.id());
        out.printf("        or %s%n", chapters.file(exercise.chapter()));
        filesOf(exercise).forEach(path -> out.printf("  edit  %s%n",
                LabSources.sourcesOf(lab).resolve(path)));
    }
}
