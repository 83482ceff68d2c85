package dev.vmexit.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmexit.course.grade.GradeResult;
import dev.vmexit.course.grade.Sandbox;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What bubblewrap keeps a submission from. A solution that succeeds in it would lose kvm-02's
/// points: the attack throws when it has won.
class SandboxTest {
    private static final String BODY = "String missing = needed.stream()";

    private final Attacked lab = new Attacked();

    @BeforeEach
    void needs_bubblewrap() {
        assumeTrue(lab.sandbox() == Sandbox.BUBBLEWRAP,
                "bubblewrap does not work here (Debian: bubblewrap)");
    }

    private void isKeptFrom(String attack) {
        GradeResult result = lab.gradeWith("dev/vmexit/kvm/Kvm.java", BODY, """
                try {
                    %s
                    throw new IllegalStateException("the attack has won");
                } catch (java.io.IOException kept) {
                    // The sandbox holds.
                }
                """.formatted(attack) + BODY);
        assertThat(result.points()).as("points if the sandbox holds: %s", result.tests())
                .isEqualTo(12);
    }

    @Test
    void the_network_is_out_of_reach() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            isKeptFrom("new java.net.Socket(\"127.0.0.1\", " + server.getLocalPort()
                    + ").close();");
        }
    }

    @Test
    void files_outside_are_invisible_and_the_class_path_is_read_only(@TempDir Path home)
            throws IOException {
        Path secret = Files.writeString(home.resolve("answers"), "42");
        isKeptFrom("java.nio.file.Files.readString(java.nio.file.Path.of(\"" + secret + "\"));");
        isKeptFrom("""
                String path = System.getProperty("java.class.path").split(":")[1];
                java.nio.file.Files.writeString(java.nio.file.Path.of(path, "forged"), "x");
                """);
    }

    @Test
    void other_processes_are_invisible() {
        long own = ProcessHandle.current().pid();
        isKeptFrom("""
                boolean seen = java.nio.file.Files.exists(
                        java.nio.file.Path.of("/proc/%d/cmdline")) && %d > 20;
                if (!seen) {
                    throw new java.io.IOException("not there");
                }
                """.formatted(own, own));
    }
}
