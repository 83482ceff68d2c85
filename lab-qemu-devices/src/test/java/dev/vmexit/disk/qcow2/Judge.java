package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.disk.DiskFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What is wrong with an image: in our own opinion, and in QEMU's where its tool is installed.
final class Judge {
    private static final Path QEMU_IMG = Path.of("/usr/bin/qemu-img");

    private Judge() {}

    /// {@return contradictions between references and refcounts; leaks among them only on demand}
    static List<String> problems(byte[] image, boolean leaksToo) throws IOException {
        try {
            Qcow2Check.Report report = Qcow2Check.run(new PaperFile(image));
            return report.corruptions() > 0 || leaksToo ? report.problems() : List.of();
        } catch (CorruptImage | DiskFailure unreadable) {
            return List.of(unreadable.getMessage());
        }
    }

    static void isSound(PaperFile file, String when) throws IOException {
        assertThat(problems(file.bytes(), true)).as("what `vmexit image check` says %s", when)
                .isEmpty();
        if (Files.isExecutable(QEMU_IMG)) {
            Path path = Files.createTempFile("vmexit", ".qcow2");
            try {
                Files.write(path, file.bytes());
                assertThat(qemu(path)).as("what `qemu-img check` says %s", when)
                        .contains("No errors were found");
            } finally {
                Files.delete(path);
            }
        }
    }

    private static String qemu(Path path) throws IOException {
        Process process = new ProcessBuilder(QEMU_IMG.toString(), "check", "-f", "qcow2",
                path.toString()).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes());
    }
}
