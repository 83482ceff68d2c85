package dev.vmexit.course.grade;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.grade.GradeResult.Outcome;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.manifest.TestPoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Grades one submission of one lab.
///
/// Points come from the lab's manifest. A test that is in the manifest and did not report has no
/// points; a test that reports and is not in the manifest has none either.
public final class Grader {
    private static final Path KVM = Path.of("/dev/kvm");

    private final Lab lab;
    private final LabClasses classes;
    private final Sandbox sandbox;
    private final int mostSeconds;
    private Consumer<String> progress = what -> {};

    public Grader(Lab lab, LabClasses classes, Sandbox sandbox) {
        this(lab, classes, sandbox, Integer.MAX_VALUE);
    }

    /// @param mostSeconds for any one test, whatever its own limit says
    public Grader(Lab lab, LabClasses classes, Sandbox sandbox, int mostSeconds) {
        this.lab = lab;
        this.classes = classes;
        this.sandbox = sandbox;
        this.mostSeconds = mostSeconds;
    }

    /// @param told is told what is done next; grading a lab takes a while
    public Grader tell(Consumer<String> told) {
        progress = told;
        return this;
    }

    /// {@return the result for a submission}
    ///
    /// @param exercises those that are looked at; all of a lab for a grade
    /// @param isolate a child JVM for each test class, as grading needs; false is faster, for
    /// learners
    public GradeResult grade(Submission submission, List<Exercise> exercises, boolean isolate) {
        Path work = temporary();
        try {
            Compilation compiled = Compilation.of(submission.files(), classes.forStudents(), work);
            if (!compiled.succeeded()) {
                return unrunnable(exercises, Outcome.DOES_NOT_COMPILE,
                        "it does not compile:\n" + String.join("\n", compiled.errors()));
            }
            StudentClasses.check(work, submission.files().keySet());
            Map<String, GradedTest> tests = wanted(exercises);
            Map<String, TestRun.Verdict> verdicts = run(submission, work, tests, isolate);
            return result(exercises, tests, verdicts);
        } catch (RejectedSubmission rejected) {
            return unrunnable(exercises, Outcome.REJECTED, rejected.getMessage());
        } finally {
            delete(work);
        }
    }

    private Map<String, GradedTest> wanted(List<Exercise> exercises) {
        var ids = exercises.stream().flatMap(e -> e.tests().stream()).map(TestPoints::id).toList();
        return classes.tests().stream().filter(test -> ids.contains(test.id()))
                .collect(Collectors.toMap(GradedTest::id, test -> test, (a, b) -> a,
                        LinkedHashMap::new));
    }

    private Map<String, TestRun.Verdict> run(Submission submission, Path compiled,
            Map<String, GradedTest> tests, boolean isolate) {
        var theirs = submission.files().keySet().stream()
                .map(path -> path.replace(".java", "").replace('/', '.')).toList();
        var verdicts = new LinkedHashMap<String, TestRun.Verdict>();
        String seed = HexFormat.of().formatHex(java.security.SecureRandom.getSeed(8));
        var runnable = new ArrayList<GradedTest>();
        tests.values().forEach(test -> {
            if (missing(test).isEmpty()) {
                runnable.add(test);
            } else {
                verdicts.put(test.id(), new TestRun.Verdict(State.ENVIRONMENT, 0,
                        "not run: this machine has no usable " + missing(test)));
            }
        });
        var groups = runnable.stream().collect(Collectors.groupingBy(
                test -> isolate ? test.className() : "", LinkedHashMap::new,
                Collectors.toList()));
        int number = 0;
        for (var group : groups.values()) {
            progress.accept("%d of %d: %s".formatted(++number, groups.size(),
                    group.getFirst().graded().exercise()));
            verdicts.putAll(new TestRun(sandbox, classes.forTests(compiled), theirs, seed,
                    mostSeconds).run(group));
        }
        return verdicts;
    }

    /// {@return what a test requires and this machine lacks; empty if nothing}
    private static String missing(GradedTest test) {
        return Stream.of(test.graded().requires())
                .filter(name -> !name.equals("kvm") || !Files.isWritable(KVM))
                .collect(Collectors.joining(", "));
    }

    private GradeResult result(List<Exercise> exercises, Map<String, GradedTest> tests,
            Map<String, TestRun.Verdict> verdicts) {
        var results = new ArrayList<TestResult>();
        for (Exercise exercise : exercises) {
            for (TestPoints test : exercise.tests()) {
                var verdict = verdicts.getOrDefault(test.id(), new TestRun.Verdict(State.ERROR, 0,
                        "the test never reported"));
                GradedTest found = tests.get(test.id());
                results.add(new TestResult(test.id(), exercise.id(), verdict.state(),
                        verdict.state() == State.PASSED ? test.points() : 0, test.points(),
                        found == null
                                ? dev.vmexit.course.Visibility.VISIBLE
                                : found.graded().visibility(),
                        verdict.millis(), verdict.message()));
            }
        }
        return new GradeResult(GradeResult.SCHEMA, lab.name(),
                results.stream().mapToInt(TestResult::points).sum(),
                results.stream().mapToInt(TestResult::max).sum(), outcome(results), null,
                sandbox.toString(), results);
    }

    /// The worst that happened: a failure, else time, else something the machine lacks.
    private static Outcome outcome(List<TestResult> results) {
        var states = results.stream().map(TestResult::state).distinct().toList();
        if (states.stream().anyMatch(state -> switch (state) {
            case FAILED, TODO, BLOCKED, ERROR -> true;
            case PASSED, TIMEOUT, ENVIRONMENT -> false;
        })) {
            return Outcome.FAILED;
        } else if (states.contains(State.TIMEOUT)) {
            return Outcome.TIMEOUT;
        }
        return states.contains(State.ENVIRONMENT) ? Outcome.ENVIRONMENT : Outcome.PASSED;
    }

    /// {@return the result of a submission that never came as far as a test}
    public GradeResult unrunnable(List<Exercise> exercises, Outcome outcome, String why) {
        var results = exercises.stream().flatMap(exercise -> exercise.tests().stream()
                .map(test -> new TestResult(test.id(), exercise.id(), State.ERROR, 0,
                        test.points(), dev.vmexit.course.Visibility.VISIBLE, 0, "not run")))
                .toList();
        return new GradeResult(GradeResult.SCHEMA, lab.name(), 0,
                results.stream().mapToInt(TestResult::max).sum(), outcome, why,
                sandbox.toString(), results);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("vmexit-grade");
        } catch (IOException e) {
            throw new CourseException("no temporary directory: " + e.getMessage());
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException left) {
            // A file in the temporary directory stays; the system clears it.
        }
    }
}
