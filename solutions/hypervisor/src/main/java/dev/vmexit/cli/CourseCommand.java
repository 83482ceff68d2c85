package dev.vmexit.cli;

import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.proof.LabProof;
import dev.vmexit.course.skeleton.LabSources;
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

    /// Writes the labs' files from the solutions.
    @Command(name = "sync", description = "Writes the labs' files from the solutions.",
            mixinStandardHelpOptions = true)
    static final class Sync implements Callable<Integer> {
        @Mixin
        private CheckoutMixin checkout;

        @Option(names = "--force", description = "Also where a learner has begun.")
        private boolean force;

        @Override
        public Integer call() {
            for (Lab lab : checkout.course().labs()) {
                var sources = new LabSources(checkout.course(), lab);
                if (!force && java.nio.file.Files.exists(
                        lab.directory().resolve("progress.txt"))) {
                    throw new dev.vmexit.course.CourseException(lab.directory()
                            + " is a learner's: it has a progress.txt. --force overwrites it");
                }
                sources.write(sources.reference().keySet())
                        .forEach(path -> System.out.println(lab.name() + ": " + path));
            }
            return 0;
        }
    }

    /// Proves the labs sound.
    @Command(name = "check", description = "Proves that every lab is sound.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Mixin
        private CheckoutMixin checkout;

        @Option(names = "--quiet", description = "Prints findings only.")
        private boolean quiet;

        @Override
        public Integer call() {
            int found = 0;
            for (Lab lab : checkout.course().labs()) {
                var progress = quiet
                        ? new java.io.PrintStream(
                                java.io.OutputStream.nullOutputStream())
                        : System.out;
                List<String> findings = new LabProof(checkout.course(), lab,
                        checkout.classes(lab), progress).run();
                findings.forEach(finding -> System.out.println("NOT SOUND: " + finding));
                System.out.printf("%s: %s%n", lab.name(), findings.isEmpty()
                        ? "sound"
                        : findings.size() + " findings");
                found += findings.size();
            }
            return found == 0 ? 0 : Main.FAILED;
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
