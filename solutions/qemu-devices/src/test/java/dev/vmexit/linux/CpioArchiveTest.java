package dev.vmexit.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpioArchiveTest {
    private static byte[] archive() {
        return new CpioArchive().directory("bin").executable("bin/a", new byte[]{1, 2, 3})
                .link("bin/b", "a").characterDevice("bin/tty", 5, 1).finish();
    }

    @Test
    void headers_and_contents_are_padded_to_four_bytes() {
        byte[] archive = archive();
        assertThat(archive.length % 4).isZero();
        assertThat(new String(archive, StandardCharsets.ISO_8859_1)).startsWith("070701")
                .contains("TRAILER!!!");
    }

    @Test
    void busybox_reads_it(@TempDir Path directory) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")),
                "/bin/busybox is not installed (Debian: busybox-static)");
        Path file = Files.write(directory.resolve("a.cpio"), archive());
        Process process = new ProcessBuilder("/bin/busybox", "cpio", "-tv")
                .redirectInput(file.toFile()).redirectErrorStream(true).start();
        String list = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(list).isZero();
        assertThat(list).contains("drwxr-xr-x", "bin/a", "bin/b -> a", "crw-------");
    }
}
