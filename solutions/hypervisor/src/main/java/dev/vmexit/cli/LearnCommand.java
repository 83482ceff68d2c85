package dev.vmexit.cli;

import dev.vmexit.course.learn.Hints;
import dev.vmexit.course.learn.Progress;
import dev.vmexit.course.learn.Watch;
import dev.vmexit.course.learn.Workbench;
import dev.vmexit.course.manifest.Exercise;
import dev.vmexit.course.manifest.Lab;
import dev.vmexit.course.skeleton.LabSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `vmexit learn`: opens at the next exercise and runs its tests whenever a file is saved.
@Command(name = "learn", description = "Watches your files and runs the next exercise's tests.",
        mixinStandardHelpOptions = true)
final class LearnCommand implements Callable<Integer> {
    private static final String KEYS =
            "Enter: run again · then Enter: h hint · p nothing happens on save? · q leave";

    @Option(names = "--lab", paramLabel = "NAME",
            description = "Such as kvm-minimal; default: the first that is not done.")
    private String labName;

    @Option(names = "--poll", description = "Looks for changes itself, once a second.")
    private boolean poll;

    @Option(names = "--once", description = "Runs the tests once and leaves.")
    private boolean once;

    @Option(names = "--reset", paramLabel = "EXERCISE",
            description = "Puts the files of an exercise back; yours are kept as .mine")
    private String reset;

    @Mixin
    private CheckoutMixin checkout;

    private final BlockingQueue<String> typed = new LinkedBlockingQueue<>();

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (reset != null) {
            return reset();
        }
        Lab lab = checkout.lab(labName);
        var bench = new Workbench(checkout.course(), lab, checkout.classes(lab), System.out);
        Thread.ofPlatform().daemon().start(this::readKeys);
        try (var watch = new Watch(LabSources.sourcesOf(lab), poll)) {
            Optional<Exercise> current = bench.next();
            while (current.isPresent()) {
                bench.introduce(current.get());
                boolean green = bench.check(current.get());
                if (!green && (once || !waitForChange(watch, current.get()))) {
                    return once ? Main.FAILED : 0;
                }
                current = bench.next();
            }
        }
        System.out.println("Every exercise of this lab is solved. "
                + "`./vmexit boot --mine` runs the stack with your classes in it.");
        checkout.unfinished().ifPresent(next -> System.out.printf(
                "`./vmexit learn` goes on with lab %d: %s%n", next.number(), next.title()));
        return 0;
    }

    /// {@return false when the learner wants to leave}
    private boolean waitForChange(Watch watch, Exercise exercise) throws InterruptedException {
        System.out.println(KEYS);
        while (true) {
            if (watch.changed()) {
                return true;
            }
            String key = typed.poll();
            switch (key == null ? "none" : key.strip()) {
                case "none" -> {
                    continue;
                }
                case "" -> {
                    return true;
                }
                case "q" -> {
                    return false;
                }
                case "h" -> System.out.println(hints().next(exercise));
                case "p" -> {
                    watch.poll();
                    System.out.println("now looking myself, once a second");
                }
                default -> System.out.println(KEYS);
            }
        }
    }

    private Hints hints() {
        return new Hints(checkout.course().root().resolve(".vmexit/hints"));
    }

    private void readKeys() {
        var input = new java.util.Scanner(System.in);
        while (input.hasNextLine()) {
            typed.add(input.nextLine());
        }
    }

    private int reset() throws IOException {
        Lab lab = checkout.course().labOf(reset);
        var sources = new LabSources(checkout.course(), lab);
        Set<String> paths = sources.reference().entrySet().stream()
                .filter(entry -> entry.getValue().contains("Todo.of(\"" + reset + "\""))
                .map(java.util.Map.Entry::getKey).collect(Collectors.toSet());
        for (String path : paths) {
            keep(LabSources.sourcesOf(lab).resolve(path), sources.generate(Set.of()).get(path));
        }
        sources.write(paths).forEach(path -> System.out.println("put back " + path
                + ", with all its exercises; yours is beside it, as .mine"));
        Progress.of(lab).forget(reset);
        return 0;
    }

    /// Keeps a file that is not the skeleton, under the first name that is free.
    private static void keep(Path file, String skeleton) throws IOException {
        if (!Files.exists(file) || Files.readString(file).equals(skeleton)) {
            return;
        }
        Path kept = Path.of(file + ".mine");
        for (int i = 2; Files.exists(kept); i++) {
            kept = Path.of(file + "." + i + ".mine");
        }
        Files.copy(file, kept);
    }
}
