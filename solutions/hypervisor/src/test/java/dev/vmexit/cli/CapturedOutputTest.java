package dev.vmexit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The outputs that the book shows are what the commands print. `-Dcapture=write` writes them anew.
class CapturedOutputTest {
    private static final Path CAPTURES = Path.of("../../chapters/_output");

    static Stream<String> commands() {
        Stream<String> halting = Stream.of("hello", "echo", "mmio", "protected", "long", "kernel")
                .flatMap(guest -> Stream.of("run " + guest, "run " + guest + " --trace",
                        "run " + guest + " --listing"));
        return Stream.concat(halting,
                Stream.of("run forever --listing", "run forever --timeout 1s"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void the_book_shows_what_the_command_prints(String command) throws IOException {
        assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "/dev/kvm is not usable here");
        String printed = Run.of(command.split(" ")).out();
        String name = command.replaceAll(" --timeout 1s", "-timeout").replaceAll(" --| ", "-");
        Path capture = CAPTURES.resolve(name + ".txt");
        if (System.getProperty("capture", "").equals("write")) {
            Files.writeString(capture, printed);
        }
        assertThat(printed).as("`./vmexit " + command + "` and " + capture.getFileName())
                .isEqualTo(Files.readString(capture));
    }
}
