package dev.vmexit.cli;

import dev.vmexit.boot.Initramfs;
import dev.vmexit.boot.KernelSource;
import dev.vmexit.boot.KernelPick;
import dev.vmexit.boot.SerialTerminal;
import dev.vmexit.host.LibC;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BootFile;
import dev.vmexit.linux.BzImage;
import dev.vmexit.linux.LinuxLoader;
import dev.vmexit.machine.Pc;
import dev.vmexit.machine.PcConfig;
import dev.vmexit.machine.PcEnd;
import dev.vmexit.softkvm.Options;
import dev.vmexit.virtio.VirtioRng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `vmexit boot`: Linux to a shell on the serial line, where this machine can; else the tiny
/// kernel, and the reason.
@Command(name = "boot", description = "Boots Linux, or, where that cannot be, the demo kernel.",
        mixinStandardHelpOptions = true)
final class BootCommand implements Callable<Integer> {
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

    @Mixin
    private KvmOption kvm;

    @Option(names = "--stats", description = "Afterwards: what Soft KVM did, in numbers.")
    private boolean stats;

    @Option(names = "--interpret", description = "Soft KVM without its translator.")
    private boolean interpret;

    @Option(names = "--deterministic", paramLabel = "SEED",
            description = "Soft KVM counts time in instructions: the same run every time.")
    private Long seed;

    @Option(names = "--no-reboot", description = "A reset ends the run.")
    private boolean noReboot;

    @Mixin
    private DiskOptions disks;

    @Mixin
    private NetworkOptions network;

    @Mixin
    private StateOptions state;

    @Mixin
    private DebugPorts debug;

    @Option(names = "--mine", description = "Your finished classes in front of the reference's.")
    private boolean mine;

    @Mixin
    private CheckoutMixin checkout;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (mine) {
            return new MineLauncher(checkout).start(spec);
        }
        network.check();
        state.check(seed != null);
        var config = state.config(new PcConfig(Durations.bytes(memory), cpus, clock()));
        BzImage image = kernel == null ? null : BzImage.read(kernel);
        byte[] files = initrd == null ? null : BootFile.read("initrd", initrd);
        KernelPick pick = KernelPick.of(kvm.choice(), softOptions());
        say(pick.why());
        var source = new KernelSource(Path.of("/boot"), KernelSource.cache(), System.err);
        if (image == null) {
            Optional<Path> found = source.kernel();
            if (found.isEmpty()) {
                refuseDemo();
                return demo("no Linux kernel was found and none can be fetched here; "
                        + "pass one with --kernel");
            }
            kernel = found.get();
            image = BzImage.read(kernel);
            say("kernel " + kernel);
        }
        if (seed != null && (disks.any() || network.any())) {
            throw new BootFailure("--deterministic has no disk and no network: they work in a time "
                    + "of their own");
        }
        debug.open();
        try (DiskOptions opened = disks) {
            opened.open();
            int status = boot(pick.libc(), config, new LinuxLoader(image,
                    files == null ? initramfs(source) : files, parameters()));
            if (stats) {
                showStatistics(pick);
            }
            return status;
        }
    }

    private void refuseDemo() {
        if (disks.any() || network.any() || debug.any() || state.restores()) {
            throw new BootFailure("no Linux kernel was found and none can be fetched here, and the "
                    + "demo kernel has no use for a disk, a network, a debug port or a saved "
                    + "machine; "
                    + "pass --kernel");
        }
    }

    /// With a disk, the root file system is on the first one, unless the person says where.
    private String parameters() {
        String root = disks.any() && !append.matches("(.* )?root=.*") ? " root=/dev/vda rw" : "";
        return (COMMAND_LINE + root + " " + append).strip();
    }

    /// With a disk, the one that the distribution made for this kernel: it has the drivers.
    private byte[] initramfs(KernelSource source) throws IOException {
        Path own = Path.of(kernel.toString().replaceFirst("vmlinuz-([^/]*)$", "initrd.img-$1"));
        if (disks.any() && !own.equals(kernel) && Files.isReadable(own)) {
            say("initrd " + own);
            return BootFile.read("initrd", own);
        }
        return busybox(source);
    }

    /// The same run every time has to be at the same time.
    private Clock clock() {
        return seed == null ? Clock.systemUTC() : Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    }

    private Options softOptions() {
        Options options = interpret ? Options.DEFAULT.withoutTranslation() : Options.DEFAULT;
        return seed == null ? options : options.withDeterminism(seed);
    }

    private static void showStatistics(KernelPick pick) {
        if (pick.soft().isEmpty()) {
            say("no statistics: they are Soft KVM's, and this was the kernel's KVM");
        } else {
            System.err.print(pick.soft().get().statistics().table());
        }
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
        return new CommandLine(new RunCommand()).setExecutionExceptionHandler(Main::report)
                .execute("kernel", "--timeout", "50s");
    }

    /// Builds the machine, runs it, and builds it again when the guest asked for a reset.
    ///
    /// The first machine is loaded before the terminal is touched, so that what is wrong is said on
    /// an ordinary screen.
    private int boot(LibC libc, PcConfig config, LinuxLoader linux)
            throws IOException, InterruptedException {
        var screen = new AtomicReference<SerialTerminal>();
        Pc first = machine(libc, config, linux, screen);
        PcEnd end;
        try (SerialTerminal terminal = open(first)) {
            screen.set(terminal);
            var guest = new AtomicReference<>(first);
            terminal.connect(guest, state::request);
            end = run(first, guest);
            while (end instanceof PcEnd.Reset && !noReboot) {
                Pc next = machine(libc, config, linux, screen);
                guest.set(next);
                end = run(next, guest);
            }
        } finally {
            state.close();
        }
        return report(end);
    }

    private static SerialTerminal open(Pc waiting) {
        try {
            return SerialTerminal.open();
        } catch (IOException e) {
            waiting.close();
            throw new BootFailure("the terminal cannot be used: " + e.getMessage());
        }
    }

    private Pc machine(LibC libc, PcConfig config, LinuxLoader linux,
            AtomicReference<SerialTerminal> screen) {
        Pc pc = Pc.build(libc, config, value -> screen.get().show(value));
        try {
            debug.attach(pc);
            disks.attach(pc, config.cpus());
            network.attach(pc);
            if (seed == null) {
                // A device's thread has a time of its own; the deterministic mode has one only.
                pc.attach(new VirtioRng(new SecureRandom()));
            }
            if (state.restores()) {
                state.restore(pc);
            } else {
                pc.load(linux);
            }
            return pc;
        } catch (RuntimeException unloadable) {
            pc.close();
            throw unloadable;
        }
    }

    private PcEnd run(Pc pc, AtomicReference<Pc> guest) throws InterruptedException {
        try {
            state.watch(pc);
            PcEnd end = pc.run();
            state.ended(pc, end);
            return end;
        } finally {
            state.watch(null);
            guest.set(null);
            pc.close();
        }
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
            case PcEnd.Exited exited -> {
                say("the guest ended itself with status " + exited.status());
                yield exited.status();
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
