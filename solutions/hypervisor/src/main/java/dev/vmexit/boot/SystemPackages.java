package dev.vmexit.boot;

import dev.vmexit.linux.BootFailure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Debian packages, fetched with the system's own tool and unpacked into a cache. Nothing is
/// installed and nobody needs to be root.
final class SystemPackages {
    private final Path cache;
    private final PrintStream progress;

    /// @param cache made when it is needed
    /// @param progress is told what takes a while
    SystemPackages(Path cache, PrintStream progress) {
        this.cache = cache;
        this.progress = progress;
    }

    /// {@return where the package's files are, or nothing where the system has no such tool or
    /// the package cannot be had}
    Optional<Path> unpacked(String name) {
        Path target = cache.resolve(name);
        if (Files.isDirectory(target)) {
            return Optional.of(target);
        }
        if (!has("apt-get") || !has("dpkg-deb")) {
            return Optional.empty();
        }
        try {
            return fetch(name, target);
        } catch (IOException e) {
            throw new BootFailure("the package " + name + " cannot be put into " + cache + ": "
                    + e.getMessage());
        }
    }

    private Optional<Path> fetch(String name, Path target) throws IOException {
        progress.println("fetching " + name + " with apt-get (once) …");
        Path download = Files.createTempDirectory(Files.createDirectories(cache), "download");
        Path fresh = download.resolve("files");
        if (run(download, "apt-get", "-q", "download", name).isEmpty()) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(download)) {
            Optional<Path> deb = files.filter(f -> f.toString().endsWith(".deb")).findFirst();
            if (deb.isEmpty() || run(download, "dpkg-deb", "-x", deb.get().toString(),
                    fresh.toString()).isEmpty()) {
                return Optional.empty();
            }
            Files.delete(deb.get());
        }
        Files.move(fresh, target);
        Files.delete(download);
        return Optional.of(target);
    }

    /// {@return the package that a meta-package stands for}
    Optional<String> dependency(String metaPackage, String prefix) {
        if (!has("apt-cache")) {
            return Optional.empty();
        }
        return run(Path.of("."), "apt-cache", "depends", metaPackage).flatMap(text -> text.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("Depends: " + prefix))
                .map(line -> line.substring("Depends: ".length()))
                .findFirst());
    }

    private static boolean has(String tool) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    private static Optional<String> run(Path directory, String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command)).directory(directory.toFile())
                    .redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(),
                    StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException notStarted) {
            return Optional.empty();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
