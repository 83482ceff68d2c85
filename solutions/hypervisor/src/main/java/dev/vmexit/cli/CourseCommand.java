package dev.vmexit.cli;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.proof.LabProof;
import dev.vmexit.course.skeleton.LabSources;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `vmexit course`: for those who write the course.
@Command(name = "course", description = "For authors: generates the labs and proves them sound.",
        mixinStandardHelpOptions = true,
        subcommands = {CourseCommand.Sync.class, CourseCommand.Check.class})
final class CourseCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.out.println("say `./vmexit course sync` or `./vmexit course check`");
        return Main.USAGE;
    }

    /// {@return one lab, or all of them}
    private static List<Lab> labs(CheckoutMixin checkout, String name) {
        return name == null ? checkout.course().labs() : List.of(checkout.course().lab(name));
    }

    /// Writes the labs' files from the solutions.
    @Command(name = "sync", description = "Writes the labs' files from the solutions.",
            mixinStandardHelpOptions = true)
    static final class Sync implements Callable<Integer> {
        @Mixin
        private CheckoutMixin checkout;

        @Option(names = "--lab", paramLabel = "NAME", description = "Only this one.")
        private String labName;

        @Option(names = "--force", description = "Also where a learner has begun.")
        private boolean force;

        @Override
        public Integer call() {
            for (Lab lab : labs(checkout, labName)) {
                var sources = new LabSources(checkout.course(), lab);
                if (!force && Files.exists(lab.directory().resolve("progress.txt"))) {
                    throw new CourseException(lab.directory()
                            + " is a learner's: it has a progress.txt. --force overwrites it");
                }
                sources.write(sources.reference().keySet())
                        .forEach(path -> System.out.println(lab.name() + ": " + path));
            }
            return 0;
        }
    }

    /// Proves the labs sound. A proof with runs that this machine could not make is none.
    @Command(name = "check", description = "Proves that every lab is sound.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Mixin
        private CheckoutMixin checkout;

        @Option(names = "--lab", paramLabel = "NAME", description = "Only this one.")
        private String labName;

        @Option(names = "--exercise", paramLabel = "ID",
                description = "Only this one: it open, it solved, and its wrong solutions.")
        private String exerciseId;

        @Option(names = "--quiet", description = "Prints findings only.")
        private boolean quiet;

        @Override
        public Integer call() {
            if (exerciseId != null) {
                Lab lab = checkout.course().labOf(exerciseId);
                return sound(lab, List.of(lab.exercise(exerciseId))) ? 0 : Main.FAILED;
            }
            boolean sound = true;
            for (Lab lab : labs(checkout, labName)) {
                sound &= sound(lab, lab.exercises());
            }
            return sound ? 0 : Main.FAILED;
        }

        private boolean sound(Lab lab, List<Exercise> exercises) {
            var progress = quiet ? new PrintStream(OutputStream.nullOutputStream()) : System.out;
            var proof = new LabProof(checkout.course(), lab, checkout.classes(lab), progress);
            List<String> findings = proof.run(exercises);
            findings.forEach(finding -> System.out.println("NOT SOUND: " + finding));
            System.out.printf("%s: %s%n", lab.name(), verdict(findings, proof.notRun()));
            return findings.isEmpty() && proof.notRun() == 0;
        }

        private static String verdict(List<String> findings, int notRun) {
            return !findings.isEmpty()
                    ? findings.size() + " findings"
                    : notRun > 0
                            ? "not proven: " + notRun + " runs of a test need /dev/kvm"
                            : "sound";
        }
    }
}
