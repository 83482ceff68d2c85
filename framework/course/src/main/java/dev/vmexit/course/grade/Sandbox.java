package dev.vmexit.course.grade;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The walls around a child JVM: a process of its own everywhere, and bubblewrap where it works.
///
/// In bubblewrap the child has its own process, network, IPC and host name spaces; it sees the
/// system's libraries, the JDK and the class path, all read-only, an empty `/tmp` of 64 MiB, and
/// `/dev/kvm`. It is nobody there. It dies with the grader, and everything it started dies with it.
/// Limits: a file's size, the JVM's heap, and, where the grader is not root, the number of
/// processes.
public enum Sandbox {
    BUBBLEWRAP, PROCESS;

    private static final String TMP_BYTES = Integer.toString(64 << 20);
    private static final String NOBODY = "65534";

    private static final List<String> SYSTEM = List.of("/usr", "/lib", "/lib64", "/lib32", "/bin",
            "/etc/ld.so.cache", "/etc/alternatives", "/sys/devices/system/cpu");

    /// {@return the strongest that works here} It is tried, not looked for.
    public static Sandbox best() {
        try {
            Process process = new ProcessBuilder(BUBBLEWRAP.around(List.of("/bin/true"),
                    List.of())).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0 ? BUBBLEWRAP : PROCESS;
        } catch (IOException absent) {
            return PROCESS;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return PROCESS;
        }
    }

    /// {@return the command, inside this sandbox}
    ///
    /// @param readable what the command must be able to read besides the system
    public List<String> around(List<String> command, List<Path> readable) {
        return switch (this) {
            case PROCESS -> command;
            case BUBBLEWRAP -> bubblewrap(command, readable);
        };
    }

    private static List<String> bubblewrap(List<String> command, List<Path> readable) {
        var line = new ArrayList<>(List.of("bwrap", "--unshare-all", "--die-with-parent",
                "--new-session", "--clearenv", "--hostname", "grader", "--dev", "/dev", "--proc",
                "/proc", "--size", TMP_BYTES, "--tmpfs", "/tmp", "--uid", NOBODY, "--gid",
                NOBODY));
        Stream.concat(SYSTEM.stream(), readable.stream().map(Path::toString))
                .forEach(path -> line.addAll(List.of("--ro-bind-try", path, path)));
        if (Files.exists(Path.of("/dev/kvm"))) {
            line.addAll(List.of("--dev-bind", "/dev/kvm", "/dev/kvm"));
        }
        line.addAll(List.of("--", "prlimit", "--core=0", "--fsize=" + TMP_BYTES,
                "--nproc=4096", "--"));
        line.addAll(command);
        return line;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
