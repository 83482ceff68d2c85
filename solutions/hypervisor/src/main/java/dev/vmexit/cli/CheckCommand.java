package dev.vmexit.cli;

import dev.vmexit.course.learn.Workbench;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `vmexit check [EXERCISE]`: the tests of one exercise and of those before it, as they are graded.
@Command(name = "check", description = "Runs the tests of an exercise and of those before it.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "EXERCISE", description = "Such as kvm-03.")
    private String id;

    @Mixin
    private CheckoutMixin checkout;

    @Override
    public Integer call() {
        Lab lab = id == null ? checkout.lab(null) : checkout.course().labOf(id);
        var bench = new Workbench(checkout.course(), lab, checkout.classes(lab), System.out);
        Exercise exercise = id == null
                ? bench.next().orElse(lab.exercises().getLast())
                : lab.exercise(id);
        return bench.check(exercise) ? 0 : Main.FAILED;
    }
}
