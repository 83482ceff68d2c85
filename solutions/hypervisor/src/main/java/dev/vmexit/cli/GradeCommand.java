package dev.vmexit.cli;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.GradeResult.Outcome;
import dev.vmexit.course.grade.Grader;
import dev.vmexit.course.grade.RejectedSubmission;
import dev.vmexit.course.grade.Sandbox;
import dev.vmexit.course.grade.Submission;
import dev.vmexit.course.learn.Explanation;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.report.Format;
import dev.vmexit.course.skeleton.LabSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `vmexit grade`: all tests of a lab on one submission, each test class in a JVM of its own.
///
/// Exit status: 0 all passed, 1 some failed, 2 it does not compile, 3 rejected, 4 the machine lacks
/// something, 5 a bug of ours, 64 the command line is wrong, 124 time; with `--exit-zero` always 0,
/// for platforms that want that.
@Command(name = "grade", description = "Grades a submission of a lab.",
        mixinStandardHelpOptions = true, exitCodeOnExecutionException = 5,
        footer = {"", "Exit status: 0 all passed, 1 some failed, 2 does not compile, 3 rejected,",
                "4 this machine lacks something, 5 not graded, 64 wrong option, 124 time."})
final class GradeCommand implements Callable<Integer> {
    @Option(names = "--lab", paramLabel = "NAME", defaultValue = "kvm-minimal",
            description = "Which lab; default: ${DEFAULT-VALUE}.")
    private String labName;

    @Option(names = "--submission", paramLabel = "DIR",
            description = "A lab directory with src/main/java; default: this checkout's.")
    private Path submission;

    @Option(names = "--format", paramLabel = "FORMAT",
            description = "One of ${COMPLETION-CANDIDATES}.")
    private Format format;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE",
            description = "Where the result goes; default: standard output.")
    private Path output;

    @Option(names = "--strict", description = "What this machine cannot run counts as failed.")
    private boolean strict;

    @Option(names = "--exit-zero", description = "Exit status 0 whatever the result.")
    private boolean exitZero;

    @Mixin
    private CheckoutMixin checkout;

    @Override
    public Integer call() throws IOException {
        Lab lab = checkout.course().lab(labName);
        if (output != null && !Files.isWritable(output.toAbsolutePath().getParent())) {
            throw new CourseException("the result cannot be written to " + output
                    + ": its directory is missing or not writable");
        }
        GradeResult result = grade(lab);
        if (format != null) {
            write(format.write(result));
        } else {
            show(lab, result);
        }
        Outcome outcome = result.outcome();
        if (strict && outcome == Outcome.ENVIRONMENT) {
            outcome = Outcome.FAILED;
        }
        return exitZero ? 0 : outcome.exitStatus();
    }

    private GradeResult grade(Lab lab) {
        var grader = new Grader(lab, checkout.classes(lab), Sandbox.best())
                .tell(what -> System.err.println("grading " + what));
        Path sources = submission == null
                ? LabSources.sourcesOf(lab)
                : submission.resolve("src/main/java");
        Map<String, String> skeleton = new LabSources(checkout.course(), lab)
                .generate(Set.of());
        Submission handedIn;
        try {
            handedIn = Submission.read(sources, skeleton.keySet());
        } catch (RejectedSubmission refused) {
            return grader.unrunnable(lab.exercises(), Outcome.REJECTED, refused.getMessage());
        }
        return grader.grade(handedIn.over(skeleton), lab.exercises(), true);
    }

    private void write(String text) throws IOException {
        if (output == null) {
            System.out.print(text);
        } else {
            Files.writeString(output, text);
        }
    }

    private void show(Lab lab, GradeResult result) {
        var chapters = checkout.course().chapters();
        if (result.problem() != null) {
            System.out.println(result.problem());
        }
        result.tests().forEach(test -> System.out.println(
                Explanation.of(test, lab.exercise(test.exercise()),
                        chapters.title(lab.exercise(test.exercise()).chapter()))));
        System.out.printf("%s: %d of %d points%n", lab.name(), result.points(), result.max());
    }
}
