package dev.vmexit.course.proof;

import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.GradedTest;
import dev.vmexit.course.grade.Grader;
import dev.vmexit.course.grade.LabClasses;
import dev.vmexit.course.grade.Sandbox;
import dev.vmexit.course.grade.State;
import dev.vmexit.course.grade.Submission;
import dev.vmexit.course.grade.TestResult;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.manifest.TestPoints;
import dev.vmexit.course.skeleton.LabSources;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Proves that one lab is sound. Every finding is one line; none means that it is.
public final class LabProof {
    private final Lab lab;
    private final Course course;
    private final LabSources sources;
    private final LabClasses classes;
    private final Grader grader;
    private final PrintStream progress;
    private final List<String> findings = new ArrayList<>();
    private int notRun;

    public LabProof(Course course, Lab lab, LabClasses classes, PrintStream progress) {
        this.course = course;
        this.lab = lab;
        this.sources = new LabSources(course, lab);
        this.classes = classes;
        this.grader = new Grader(lab, classes, Sandbox.PROCESS);
        this.progress = progress;
    }

    /// {@return what is wrong}
    ///
    /// @param exercises those whose tests are run; all of the lab's for a whole proof
    public List<String> run(List<Exercise> exercises) {
        findings.addAll(sources.differences());
        manifestAgrees();
        anchorsExist();
        prefixes(exercises);
        wrongSolutions(exercises.stream().map(Exercise::id).toList());
        return findings;
    }

    /// {@return how many runs of a test this machine could not make; a proof with any is no proof}
    public int notRun() {
        return notRun;
    }

    /// The manifest and the annotations name the same tests with the same points.
    private void manifestAgrees() {
        Map<String, String> annotated = new HashMap<>();
        for (GradedTest test : classes.tests()) {
            String points = test.graded().exercise() + " " + test.graded().points();
            if (annotated.put(test.id(), points) != null) {
                findings.add("two tests have the id " + test.id());
            }
        }
        for (Exercise exercise : lab.exercises()) {
            for (TestPoints test : exercise.tests()) {
                String promised = exercise.id() + " " + test.points();
                String found = annotated.remove(test.id());
                if (!promised.equals(found)) {
                    findings.add("%s: the manifest says %s points, the annotation %s"
                            .formatted(test.id(), promised, found));
                }
            }
        }
        annotated.keySet().forEach(id -> findings.add(id + " is in no exercise's file"));
    }

    /// The places in the book that the exercises send a learner to.
    private void anchorsExist() {
        var chapters = course.chapters();
        for (Exercise exercise : lab.exercises()) {
            for (String anchor : List.of(exercise.chapter(), exercise.id())) {
                if (!chapters.has(anchor)) {
                    findings.add(exercise.id() + ": no chapter has the anchor " + anchor);
                }
            }
        }
    }

    /// With the first n exercises solved exactly their tests pass, for n from none to all. None is
    /// the skeleton, all is the solution.
    private void prefixes(List<Exercise> exercises) {
        var before = lab.upTo(exercises.getFirst()).stream().map(Exercise::id).toList();
        var solved = new HashSet<>(before.subList(0, before.size() - 1));
        prefix(solved);
        for (Exercise exercise : exercises) {
            solved.add(exercise.id());
            prefix(solved);
        }
    }

    private void prefix(Set<String> solved) {
        GradeResult result = grader.grade(new Submission(sources.generate(solved)),
                lab.exercises(), false);
        progress.printf("  %2d of %d exercises solved: %3d of %d points%n", solved.size(),
                lab.exercises().size(), result.points(), result.max());
        if (result.problem() != null) {
            findings.add("with " + solved.size() + " exercises solved: " + result.problem());
        }
        for (TestResult test : result.tests()) {
            State state = test.state();
            boolean open = state == State.TODO || state == State.BLOCKED;
            boolean right = solved.contains(test.exercise()) ? state == State.PASSED : open;
            if (state == State.ENVIRONMENT) {
                notRun++;
            } else if (!right) {
                findings.add("with %d exercises solved %s is %s: %s".formatted(solved.size(),
                        test.id(), state, test.message()));
            }
        }
    }

    private void wrongSolutions(List<String> exercises) {
        Map<String, String> solution = sources.generate(Set.copyOf(lab.ids()));
        Map<String, Integer> count = new HashMap<>();
        for (WrongSolution.Entry entry : WrongSolution.all(course.solution(lab))) {
            if (exercises.contains(entry.exercise())) {
                count.merge(entry.exercise(), 1, Integer::sum);
                wrongSolution(entry, solution);
            }
        }
        for (String id : exercises) {
            if (count.getOrDefault(id, 0) < 2) {
                findings.add(id + " has fewer than two wrong solutions");
            }
        }
    }

    private void wrongSolution(WrongSolution.Entry entry, Map<String, String> solution) {
        String name = entry.exercise() + "/" + entry.name();
        GradeResult result = grader.grade(new Submission(entry.wrong().applyTo(solution)),
                List.of(lab.exercise(entry.exercise())), false);
        if (result.problem() != null) {
            findings.add(name + ": " + result.problem());
            return;
        }
        Map<String, String> seen = new HashMap<>();
        List<TestResult> red = result.tests().stream()
                .filter(test -> test.state() != State.PASSED).toList();
        red.forEach(test -> seen.put(test.id(), test.state().toString()));
        progress.printf("  wrong %s: %s%n", name, seen);
        boolean environment = seen.containsValue("environment");
        if (!environment && !entry.wrong().isExpected(seen)) {
            findings.add("%s: recorded %s, seen %s: %s".formatted(name, entry.wrong().verdict(),
                    seen, red.stream().map(TestResult::message).toList()));
        }
        if (!environment && red.stream()
                .noneMatch(test -> test.message().contains(entry.wrong().message()))) {
            findings.add("%s: no message contains \"%s\": %s".formatted(name,
                    entry.wrong().message(), red.stream().map(TestResult::message).toList()));
        }
    }
}
