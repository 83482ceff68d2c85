package dev.vmexit.cli;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.grade.LabClasses;
import dev.vmexit.course.learn.Progress;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Where the checkout is: the launcher script says so.
final class CheckoutMixin {
    @Option(names = "--root", hidden = true, description = "The checkout.")
    private Path root;

    Course course() {
        String fromLauncher = System.getenv("VMEXIT_ROOT");
        Path place = root != null ? root : Path.of(fromLauncher == null ? "." : fromLauncher);
        if (!Files.exists(place.resolve("pom.xml"))) {
            throw new CourseException(place.toAbsolutePath()
                    + " is no checkout of the course; start it with ./vmexit");
        }
        return new Course(place.toAbsolutePath().normalize());
    }

    /// {@return the lab that is asked for; without a name the learner's: the first that is not
    /// done}
    Lab lab(String name) {
        return name == null
                ? unfinished().orElseGet(() -> course().labs().getLast())
                : course().lab(name);
    }

    /// {@return the first lab with an exercise that is not solved}
    Optional<Lab> unfinished() {
        return course().labs().stream().filter(lab -> {
            var progress = Progress.of(lab);
            return !lab.ids().stream().allMatch(progress::isSolved);
        }).findFirst();
    }

    LabClasses classes(Lab lab) {
        return LabClasses.of(course(), lab, LabClasses.ownClassPath());
    }

    Exercise exercise(String id) {
        return course().labOf(id).exercise(id);
    }
}
