package dev.vmexit.cli;

import dev.vmexit.boot.KernelSource;
import dev.vmexit.boot.KvmSpeed;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Capability;
import dev.vmexit.kvm.Kvm;
import dev.vmexit.kvm.UnsupportedKvm;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// `vmexit doctor`: what is here, what is missing and what it is needed for, how to get it.
@Command(name = "doctor", description = "Says what this machine has and what it lacks.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        line("ok", "Java", Runtime.version().toString());
        line("ok", "system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        boolean usable = kvm();
        var source = new KernelSource(Path.of("/boot"), KernelSource.cache(), System.err);
        found("kernel", source.kernel().map(Path::toString).orElse(null),
                "pass --kernel FILE to boot");
        found("busybox", source.busybox().map(Path::toString).orElse(null),
                "install busybox-static, or pass --initrd FILE to boot");
        tool("bwrap", "the grader's sandbox; Debian: bubblewrap");
        tool("qemu-system-x86_64", "the acceptance tests; Debian: qemu-system-x86");
        return usable ? 0 : Main.FAILED;
    }

    private boolean kvm() {
        try (Kvm kvm = Kvm.open(LibC.host())) {
            for (Capability capability : Capability.values()) {
                boolean has = kvm.check(capability) > 0;
                line(has ? "ok" : "--", "KVM_CAP_" + capability, capability.meaning());
            }
            speed("/dev/kvm", LibC.host());
            speed("Soft KVM", KernelChoice.SOFT.open());
            return true;
        } catch (KernelException | UnsupportedKvm missing) {
            line("--", "/dev/kvm", missing.getMessage());
            return false;
        }
    }

    private void speed(String name, LibC kernel) {
        KvmSpeed speed = KvmSpeed.measure(kernel);
        line(speed.isEnoughForLinux() ? "ok" : "--", name, speed + (speed.isEnoughForLinux()
                ? ": fast enough for Linux"
                : ": for lab 1, not for Linux"));
    }

    private void found(String name, String where, String remedy) {
        line(where != null ? "ok" : "--", name, where != null ? where : "not found; " + remedy);
    }

    private void tool(String name, String purpose) {
        boolean here = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
        line(here ? "ok" : "--", name, here ? purpose : "not found; needed for " + purpose);
    }

    private void line(String state, String name, String text) {
        out.printf("%-3s %-24s %s%n", state, name, text);
    }
}
