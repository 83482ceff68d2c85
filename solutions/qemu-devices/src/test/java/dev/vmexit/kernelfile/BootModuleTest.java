package dev.vmexit.kernelfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.linux.BootFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The text of `--initrd`.
class BootModuleTest {
    @TempDir
    private Path directory;

    private String file(String name, String contents) throws IOException {
        return Files.writeString(directory.resolve(name), contents).toString();
    }

    @Test
    void files_are_separated_by_commas_and_arguments_follow_a_blank() throws IOException {
        String first = file("first", "one");
        String second = file("second", "two");
        var modules = BootModule.list(first + "," + second + " level=3 quiet");
        assertThat(modules).extracting(BootModule::text).containsExactly(first,
                second + " level=3 quiet");
        assertThat(modules).extracting(m -> new String(m.bytes())).containsExactly("one", "two");
    }

    @Test
    void a_doubled_comma_is_one_of_the_name_or_of_an_argument() throws IOException {
        String name = file("odd,name", "x");
        var modules = BootModule.list(name.replace(",", ",,") + " a,,b," + name.replace(",", ",,"));
        assertThat(modules).extracting(BootModule::text).containsExactly(name + " a,b", name);
    }

    @Test
    void for_a_bzImage_all_of_it_is_one_name() throws IOException {
        String name = file("odd, name", "x");
        assertThat(BootModule.initrd(name)).extracting(BootModule::text).containsExactly(name);
    }

    @Test
    void a_file_that_is_not_there_is_named() throws IOException {
        String first = file("first", "one");
        assertThatThrownBy(() -> BootModule.list(first + ",/no/such quiet"))
                .isInstanceOf(BootFailure.class)
                .hasMessage("module /no/such does not exist");
        assertThatThrownBy(() -> BootModule.list(first + ",")).isInstanceOf(BootFailure.class);
    }
}
