package dev.vmexit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// QEMU's own tool, the other opinion on every image.
public final class QemuImg {
    public static final Path PROGRAM = Path.of("/usr/bin/qemu-img");

    private QemuImg() {}

    public static void assumeHere() {
        assumeTrue(Files.isExecutable(PROGRAM), "qemu-img is not here (Debian: qemu-utils)");
    }

    public static void run(Object... arguments) throws IOException {
        Result result = start(arguments);
        assertThat(result.status).as(result.output).isZero();
    }

    /// @param status 0 clean, 2 corrupt, 3 leaks
    public record Result(int status, String output) {}

    public static Result check(Path image) throws IOException {
        return start("check", "-f", "qcow2", image);
    }

    public static Result start(Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        try {
            return new Result(process.waitFor(), output);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /// {@return what QEMU says the guest's bytes are}
    public static byte[] content(Path image, Path directory) throws IOException {
        Path raw = directory.resolve("content.raw");
        run("convert", "-f", "qcow2", "-O", "raw", image, raw);
        return Files.readAllBytes(raw);
    }
}
