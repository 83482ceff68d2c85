package dev.vmexit.cli;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.learn.Hints;
import dev.vmexit.course.learn.Progress;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `vmexit hint [EXERCISE]`: one hint more.
@Command(name = "hint", description = "Gives the next hint for an exercise.",
        mixinStandardHelpOptions = true)
final class HintCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "EXERCISE", description = "Such as kvm-03.")
    private String id;

    @Mixin
    private CheckoutMixin checkout;

    @Override
    public Integer call() {
        Exercise exercise = id == null ? next(checkout.lab(null)) : checkout.exercise(id);
        var hints = new Hints(checkout.course().root().resolve(".vmexit/hints"));
        System.out.println(hints.next(exercise));
        return 0;
    }

    private static Exercise next(Lab lab) {
        var progress = Progress.of(lab);
        return lab.exercises().stream().filter(e -> !progress.isSolved(e.id())).findFirst()
                .orElseThrow(() -> new CourseException("every exercise of this lab is solved"));
    }
}
