package dev.vmexit.bench.cpu;

import dev.vmexit.linux.CpioArchive;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs a program on the host, in QEMU TCG and in Soft KVM, each as a process of its own.
final class Machines {
    static final int GUEST_MIB = 512;
    private static final String READY = "INIT-IS-HERE";
    private static final int SECONDS_FOR_CACHE = 60;

    private final Path vmexit;
    private final Path kernel;
    private final Path workloads;
    private final Path busybox;
    private final Path scratch;

    Machines(Path vmexit, Path kernel, Path busybox, Path workloads) throws IOException {
        this.vmexit = vmexit;
        this.kernel = kernel;
        this.busybox = busybox;
        this.workloads = workloads;
        this.scratch = Files.createTempDirectory("bench-cpu");
    }

    /// @param init the lines of `/init` after its mounts
    private Path initrd(String name, String init) throws IOException {
        String script = """
                #!/bin/busybox sh
                /bin/busybox mkdir -p /proc /sys /dev /tmp
                /bin/busybox mount -t proc proc /proc
                /bin/busybox echo %s
                %s
                /bin/busybox poweroff -f
                """.formatted(READY, init);
        byte[] archive = new CpioArchive().directory("bin").directory("dev").directory("tmp")
                .characterDevice("dev/console", 5, 1)
                .executable("bin/busybox", Files.readAllBytes(busybox))
                .executable("bin/workloads", Files.readAllBytes(workloads))
                .executable("init", script.getBytes(StandardCharsets.US_ASCII)).finish();
        return Files.write(scratch.resolve(name + ".cpio"), archive);
    }

    Results host() throws IOException, InterruptedException {
        return Results.parse(run(List.of(workloads.toString(), busybox.toString())).output);
    }

    Results qemu() throws IOException, InterruptedException {
        return Results.parse(run(qemu(initrd("work", "/bin/workloads"))).output);
    }

    /// @param options more of `vmexit boot`
    Results soft(String arguments, String... options) throws IOException, InterruptedException {
        Path initrd = initrd("soft", "/bin/workloads " + arguments);
        return Results.parse(run(soft(initrd, options)).output);
    }

    Run qemuBoot() throws IOException, InterruptedException {
        return run(qemu(initrd("boot", "")));
    }

    Run softBoot() throws IOException, InterruptedException {
        return run(soft(initrd("boot", "")));
    }

    private List<String> qemu(Path initrd) {
        return List.of("qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "" + GUEST_MIB,
                "-kernel", kernel.toString(), "-initrd", initrd.toString(), "-append",
                "console=ttyS0 panic=-1 quiet", "-nographic", "-no-reboot");
    }

    private List<String> soft(Path initrd, String... options) {
        var command = new ArrayList<>(List.of(vmexit.toString(), "boot", "--kvm", "soft",
                "--memory", GUEST_MIB + "M", "--kernel", kernel.toString(), "--initrd",
                initrd.toString(), "--append", "quiet", "--no-reboot", "--stats"));
        command.addAll(List.of(options));
        return command;
    }

    /// Starts `vmexit` until it is as its users have it: built, and with its cache, which the first
    /// boot records and the start after it makes.
    void warmUp() throws IOException, InterruptedException {
        Path cache = vmexit.resolveSibling("solutions/hypervisor/target/vmexit.aot");
        List<String> version = List.of(vmexit.toString(), "--version");
        run(version);
        if (Files.notExists(cache)) {
            softBoot();
            run(version);
        }
        for (int seconds = 0; Files.notExists(cache); seconds++) {
            if (seconds == SECONDS_FOR_CACHE) {
                throw new IOException("vmexit made no " + cache);
            }
            Thread.sleep(1000);
        }
    }

    /// @param millisToInit from the start of the process to the guest's first process
    /// @param peakMiB of the process's memory
    record Run(String output, double millisToInit, double peakMiB) {}

    private Run run(List<String> command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
        var output = new StringBuilder();
        double init = 0;
        double peak = 0;
        try (InputStream in = process.getInputStream()) {
            byte[] buffer = new byte[4096];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                output.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                if (init == 0 && output.indexOf(READY) >= 0) {
                    init = (System.nanoTime() - start) / 1e6;
                }
                peak = Math.max(peak, peak(process));
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed:\n" + output);
        }
        return new Run(output.toString(), init, peak);
    }

    private static double peak(Process process) {
        try {
            return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                    .findFirst().orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }
}
