package dev.vmexit.cli;

import dev.vmexit.boot.Initramfs;
import dev.vmexit.boot.KernelSource;
import dev.vmexit.boot.KvmSpeed;
import dev.vmexit.boot.SerialTerminal;
import dev.vmexit.host.LibC;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BootFile;
import dev.vmexit.linux.BzImage;
import dev.vmexit.linux.LinuxLoader;
import dev.vmexit.machine.Pc;
import dev.vmexit.machine.PcConfig;
import dev.vmexit.machine.PcEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `vmexit boot`: Linux to a shell on the serial line, where this machine can; else the tiny
/// kernel, and the reason.
@Command(name = "boot", description = "Boots Linux, or, where that cannot be, the demo kernel.",
        mixinStandardHelpOptions = true)
final class BootCommand implements Callable<Integer> {
    /// Which KVM is used.
    enum Choice {
        /// Measure, and decide.
        AUTO,
        /// The Linux kernel's, whatever its speed.
        KERNEL
    }

    private static final String COMMAND_LINE = "console=ttyS0";

    @Option(names = "--kernel", paramLabel = "FILE", description = "A bzImage.")
    private Path kernel;

    @Option(names = "--initrd", paramLabel = "FILE", description = "An initramfs.")
    private Path initrd;

    @Option(names = "--append", paramLabel = "TEXT", defaultValue = "",
            description = "More kernel parameters, after " + COMMAND_LINE + ".")
    private String append;

    @Option(names = "--memory", paramLabel = "SIZE", defaultValue = "512M",
            description = "RAM, such as 512M or 2G; default ${DEFAULT-VALUE}.")
    private String memory;

    @Option(names = "--cpus", paramLabel = "N", defaultValue = "1",
            description = "1 to 8; default ${DEFAULT-VALUE}.")
    private int cpus;

    @Option(names = "--kvm", paramLabel = "auto|kernel", defaultValue = "AUTO",
            description = "auto measures /dev/kvm first; kernel uses it whatever its speed.")
    private Choice choice;

    @Option(names = "--no-reboot", description = "A reset ends the run.")
    private boolean noReboot;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var config = new PcConfig(Durations.bytes(memory), cpus);
        BzImage image = kernel == null ? null : BzImage.read(kernel);
        byte[] files = initrd == null ? null : BootFile.read("initrd", initrd);
        KvmSpeed speed = KvmSpeed.measure(LibC.host());
        if (choice == Choice.AUTO && !speed.isEnoughForLinux()) {
            return demo("/dev/kvm runs " + speed + ", too slow for Linux (--kvm=kernel insists)");
        }
        say("/dev/kvm runs " + speed + ", so it is used");
        var source = new KernelSource(Path.of("/boot"), KernelSource.cache(), System.err);
        if (image == null) {
            Optional<Path> found = source.kernel();
            if (found.isEmpty()) {
                return demo("no Linux kernel was found and none can be fetched here; "
                        + "pass one with --kernel");
            }
            image = BzImage.read(found.get());
            say("kernel " + found.get());
        }
        return boot(config, new LinuxLoader(image, files == null ? busybox(source) : files,
                (COMMAND_LINE + " " + append).strip()));
    }

    private static byte[] busybox(KernelSource source) throws IOException {
        Path busybox = source.busybox().orElseThrow(() -> new BootFailure(
                "no static busybox was found and none can be fetched here; "
                        + "install busybox-static, or pass an --initrd"));
        return Initramfs.of(Files.readAllBytes(busybox));
    }

    private int demo(String why) {
        say(why);
        say("so this is the bundled 64-bit demo kernel: a timer, a task in ring 3");
        return new CommandLine(new RunCommand()).execute("kernel", "--timeout", "50s");
    }

    private int boot(PcConfig config, LinuxLoader linux) throws IOException, InterruptedException {
        PcEnd end;
        boolean again;
        try (SerialTerminal terminal = SerialTerminal.open()) {
            var current = new java.util.concurrent.atomic.AtomicReference<Pc>();
            terminal.connect(key -> current.get().type(key), () -> current.get().stop());
            do {
                try (Pc pc = Pc.build(LibC.host(), config, terminal::show)) {
                    pc.load(linux);
                    current.set(pc);
                    end = pc.run();
                }
                again = end instanceof PcEnd.Reset && !noReboot;
            } while (again);
        }
        return report(end);
    }

    private static int report(PcEnd end) {
        return switch (end) {
            case PcEnd.PoweredOff _ -> {
                say("the guest switched itself off");
                yield 0;
            }
            case PcEnd.Reset _ -> {
                say("the guest asked for a reset");
                yield 0;
            }
            case PcEnd.Stopped _ -> {
                say("stopped");
                yield 0;
            }
            case PcEnd.Died died -> {
                System.err.println("vmexit: the guest died. " + died.report());
                yield Main.FAILED;
            }
        };
    }

    private static void say(String text) {
        System.err.println("vmexit: " + text);
    }
}
