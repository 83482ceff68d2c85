package dev.vmexit.cli;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.grade.LabClasses;
import dev.vmexit.course.learn.Mine;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Lab;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/// Starts the program again with the learner's classes in front of the reference ones, and says
/// whose are whose.
final class MineLauncher {
    private final CheckoutMixin checkout;

    MineLauncher(CheckoutMixin checkout) {
        this.checkout = checkout;
    }

    /// {@return the exit status of the second start}
    ///
    /// @param spec the command that was given `--mine`
    int start(CommandSpec spec) throws IOException, InterruptedException {
        List<String> arguments = spec.root().commandLine().getParseResult().originalArgs().stream()
                .filter(word -> !word.equals("--mine")).toList();
        Course course = checkout.course();
        var front = new ArrayList<Path>();
        for (Lab lab : course.labs()) {
            Path classes = course.root().resolve(".vmexit/mine").resolve(lab.name());
            delete(classes);
            Mine mine = Mine.compile(course, lab, checkout.classes(lab), classes);
            System.err.printf("vmexit: %s: yours, without a hole: %s%n", lab.name(),
                    names(mine.taken()));
            System.err.printf("vmexit: %s: with a hole, so the reference's: %s%n", lab.name(),
                    names(mine.left()));
            front.add(classes);
        }
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        // A debugger of this JVM is not one of the next, nor is its cache: the classes are others.
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-agentlib")
                        && !argument.startsWith("-XX:AOT"))
                .toList());
        command.addAll(List.of("-cp",
                front.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))
                        + File.pathSeparator + LabClasses.ownClassPath().stream()
                                .map(Path::toString)
                                .collect(Collectors.joining(File.pathSeparator)),
                Main.class.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static String names(Collection<String> paths) {
        return paths.isEmpty()
                ? "none"
                : paths.stream()
                        .map(path -> path.replaceAll(".*/|\\.java$", ""))
                        .collect(Collectors.joining(", "));
    }

    private static void delete(Path directory) {
        try {
            if (Files.exists(directory)) {
                try (var files = Files.walk(directory)) {
                    files.sorted(java.util.Comparator.reverseOrder())
                            .forEach(file -> file.toFile().delete());
                }
            }
        } catch (IOException e) {
            throw new CourseException(directory + " cannot be emptied: " + e.getMessage());
        }
    }
}
