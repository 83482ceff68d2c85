package dev.vmexit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One sentence, an exit status that is not 0, no stack trace, and nothing left open.
class BadInputTest {
    @TempDir
    private Path directory;

    static void isRefused(String why, String... arguments) {
        Run run = Run.of(arguments);
        assertThat(run.status()).as("exit status of " + String.join(" ", arguments))
                .isEqualTo(Main.FAILED);
        assertThat(run.err().strip().lines()).as("what is said: notes, and last the reason")
                .hasSizeLessThan(4).allMatch(line -> line.startsWith("vmexit: "))
                .last().asString().contains(why);
    }

    private String file(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes).toString();
    }

    @Test
    void kernels_that_are_none() throws IOException {
        isRefused("does not exist", "boot", "--kernel", directory.resolve("no").toString());
        isRefused("is a directory", "boot", "--kernel", directory.toString());
        isRefused("it is a text file", "boot", "--kernel",
                file("text", "not a kernel\n".repeat(100).getBytes()));
        isRefused("not a bzImage", "boot", "--kernel", file("empty", new byte[0]));
    }

    @Test
    void an_ELF_file_that_is_no_kernel_and_a_module_that_is_not_there() throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        assumeTrue(Files.size(java) > 0, "this JVM has no bin/java");
        isRefused("nor the note XEN_ELFNOTE_PHYS32_ENTRY", "boot", "--kernel", java.toString());
        byte[] multiboot = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x1BAD_B002).putInt(1 << 16).putInt(-0x1BAD_B002 - (1 << 16))
                .putInt(0x10_0000).putInt(0x10_0000).putInt(0).putInt(0).putInt(0x10_0020).array();
        String kernel = file("multiboot", multiboot);
        isRefused("module /no/such does not exist", "boot", "--kernel", kernel, "--initrd",
                kernel + " first,/no/such second");
        multiboot[17] = (byte) 0xF0;
        isRefused("before the file's first", "boot", "--kernel", file("broken", multiboot));
    }

    @Test
    void a_debug_console_that_cannot_be_written() throws IOException {
        isRefused("Is a directory", "boot", "--kernel", stockKernel().toString(), "--initrd",
                file("initrd", new byte[512]), "--debug-console", directory.toString());
    }

    @Test
    void a_kernel_that_is_cut_short() throws IOException {
        Path kernel = stockKernel();
        byte[] half = new byte[(int) Files.size(kernel) / 2];
        try (var in = Files.newInputStream(kernel)) {
            in.readNBytes(half, 0, half.length);
        }
        isRefused("cut short", "boot", "--kernel", file("half", half));
    }

    @Test
    void a_kernel_that_is_larger_than_the_memory() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "/dev/kvm is not usable here");
        isRefused("pass a larger --memory", "boot", "--kvm", "kernel", "--memory", "32M",
                "--kernel", stockKernel().toString(), "--initrd", file("initrd", new byte[512]));
    }

    static Path stockKernel() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/boot"))) {
            var kernel = files.filter(f -> f.getFileName().toString().startsWith("vmlinuz-"))
                    .findFirst();
            assumeTrue(kernel.isPresent(), "no kernel in /boot (Debian: linux-image-cloud-amd64)");
            return kernel.get();
        }
    }

    @Test
    void an_initrd_that_does_not_exist() {
        isRefused("initrd /no/such/initrd does not exist", "boot", "--initrd",
                "/no/such/initrd");
    }

    @Test
    void amounts_that_make_no_machine() {
        isRefused("at least 32 MiB", "boot", "--memory", "3");
        isRefused("\"lots\" is no size", "boot", "--memory", "lots");
        isRefused("\"-1\" is no size", "boot", "--memory=-1");
        isRefused("1 to 8 CPUs, not 0", "boot", "--cpus", "0");
        isRefused("1 to 8 CPUs, not 999", "boot", "--cpus", "999");
    }

    @Test
    void more_memory_than_a_machine_may_have() {
        isRefused("at most 1024 GiB", "boot", "--kvm", "kernel", "--memory", "9000G");
    }

    @Test
    void a_guest_and_an_exercise_that_do_not_exist() {
        isRefused("there is no guest called nobody", "run", "nobody");
        isRefused("\"soon\" is no time", "run", "forever", "--timeout", "soon");
        isRefused("there is no exercise kvm-99", "check", "kvm-99", "--root", "../..");
    }

    @Test
    void a_kernel_choice_that_does_not_exist_is_a_usage_error() {
        System.setProperty("vmexit.kvm", "banana");
        try {
            Run run = Run.of("doctor");
            assertThat(run.status()).isEqualTo(Main.USAGE);
            assertThat(run.err()).contains("'banana'; it can be auto, kernel or soft");
        } finally {
            System.clearProperty("vmexit.kvm");
        }
    }

    @Test
    void an_option_that_does_not_exist_is_a_usage_error() {
        assertThat(Run.of("boot", "--memroy", "1G").status()).isEqualTo(Main.USAGE);
        assertThat(Run.of("boot", "--cpus", "two").status()).isEqualTo(Main.USAGE);
    }

    @Test
    void nothing_stays_open_after_fifty_refusals() throws IOException {
        String initrd = file("initrd", new byte[512]);
        String kernel = stockKernel().toString();
        Run.of("run", "hello");
        long before = kvmDescriptors();
        for (int i = 0; i < 50; i++) {
            Run.of("boot", "--kvm", "kernel", "--memory", "32M", "--kernel", kernel, "--initrd",
                    initrd);
            Run.of("run", "hello");
        }
        assertThat(kvmDescriptors()).as("descriptors and mappings of KVM").isEqualTo(before);
    }

    /// Descriptors and mappings whose name is KVM's.
    private static long kvmDescriptors() throws IOException {
        long count = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("kvm")).count();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return count + descriptors.filter(BadInputTest::isKvm).count();
        }
    }

    private static boolean isKvm(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().contains("kvm");
        } catch (IOException closed) {
            return false;
        }
    }
}
