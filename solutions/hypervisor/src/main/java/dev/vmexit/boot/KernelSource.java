package dev.vmexit.boot;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a Linux kernel and a busybox come from when nobody names one: this machine's own, else
/// Debian's packages, else nowhere.
public final class KernelSource {
    private static final String META_PACKAGE = "linux-image-cloud-amd64";

    private final Path boot;
    private final SystemPackages packages;

    public KernelSource(Path boot, Path cache, PrintStream progress) {
        this.boot = boot;
        this.packages = new SystemPackages(cache, progress);
    }

    /// {@return this user's cache, `~/.cache/vmexit` unless `XDG_CACHE_HOME` says otherwise}
    public static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && !xdg.isEmpty()
                ? Path.of(xdg)
                : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("vmexit");
    }

    /// {@return the newest kernel in /boot that this user may read, else Debian's cloud kernel}
    public Optional<Path> kernel() {
        Optional<Path> own = newest(boot);
        return own.isPresent()
                ? own
                : packages.dependency(META_PACKAGE, "linux-image-")
                        .flatMap(packages::unpacked)
                        .flatMap(files -> newest(files.resolve("boot")));
    }

    private static Optional<Path> newest(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("vmlinuz-"))
                    .filter(Files::isReadable)
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified()));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /// {@return a busybox that needs no library}
    public Optional<Path> busybox() {
        Path own = Path.of("/bin/busybox");
        if (Files.isReadable(own) && isStatic(own)) {
            return Optional.of(own);
        }
        return packages.unpacked("busybox-static")
                .flatMap(files -> Stream.of("bin/busybox", "usr/bin/busybox").map(files::resolve)
                        .filter(Files::isReadable).findFirst());
    }

    /// A dynamic executable names its loader in the first page.
    private static boolean isStatic(Path executable) {
        try (var in = Files.newInputStream(executable)) {
            String start = new String(in.readNBytes(4096),
                    java.nio.charset.StandardCharsets.ISO_8859_1);
            return start.startsWith("\u007FELF") && !start.contains("/ld-");
        } catch (IOException unreadable) {
            return false;
        }
    }
}
