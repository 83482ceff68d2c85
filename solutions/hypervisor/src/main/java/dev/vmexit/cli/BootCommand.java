package dev.vmexit.cli;

import dev.vmexit.boot.KernelSource;
import dev.vmexit.boot.KernelPick;
import dev.vmexit.boot.SerialTerminal;
import dev.vmexit.host.LibC;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BootLoader;
import dev.vmexit.machine.Pc;
import dev.vmexit.machine.PcConfig;
import dev.vmexit.softkvm.Options;
import dev.vmexit.virtio.VirtioRng;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
    @Mixin
    private KernelOptions kernel;

    @Option(names = "--memory", paramLabel = "SIZE", defaultValue = "512M",
            description = "RAM, such as 512M or 2G; default ${DEFAULT-VALUE}.")
    private String memory;

    @Option(names = "--cpus", paramLabel = "N", defaultValue = "1",
            description = "1 to 8; default ${DEFAULT-VALUE}.")
    private int cpus;

    @Mixin
    private KvmOption kvm;

    @Mixin
    private NotificationOption notifications;

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
    private ConsoleOptions console;

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
        console.check();
        state.check(seed != null);
        var asked = state.config(new PcConfig(Durations.bytes(memory), cpus).with(clock()));
        kernel.check();
        KernelPick pick = KernelPick.of(kvm.choice(), softOptions());
        var config = asked.withIoeventfd(notifications.byEventfd(pick));
        Main.say(pick.why());
        var source = new KernelSource(Path.of("/boot"), KernelSource.cache(), System.err);
        if (!kernel.find(source)) {
            refuseDemo();
            return demo("no Linux kernel was found and none can be fetched here; "
                    + "pass one with --kernel");
        }
        if (seed != null && (disks.any() || network.any() || console.any())) {
            throw new BootFailure("--deterministic has no disk, no network, no virtio console and "
                    + "no port: they work in a time of their own");
        }
        debug.open();
        // The state last: a process that is told to end waits for it, and the disks are whole then.
        try (StateOptions _ = state; DiskOptions opened = disks; ConsoleOptions ports = console) {
            opened.open();
            ports.open();
            BootLoader loader = kernel.loader(source, disks.any(), console);
            int status = new MachineRuns(screen -> machine(pick.libc(), config, loader, screen),
                    state, console::terminal, noReboot).run();
            if (stats) {
                showStatistics(pick);
            }
            return status;
        }
    }

    private void refuseDemo() {
        if (disks.any() || network.any() || console.any() || debug.any() || state.restores()) {
            throw new BootFailure("no Linux kernel was found and none can be fetched here, and the "
                    + "demo kernel has no use for a disk, a network, a virtio console, a port or a "
                    + "saved machine; pass --kernel");
        }
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
            Main.say("no statistics: they are Soft KVM's, and this was the kernel's KVM");
        } else {
            System.err.print(pick.soft().get().statistics().table());
        }
    }

    private int demo(String why) {
        Main.say(why);
        Main.say("so this is the bundled 64-bit demo kernel: a timer, a task in ring 3");
        return new CommandLine(new RunCommand()).setExecutionExceptionHandler(Main::report)
                .execute("kernel", "--timeout", "50s");
    }

    private Pc machine(LibC libc, PcConfig config, BootLoader loader,
            Supplier<SerialTerminal> screen) {
        Pc pc = Pc.build(libc, config, value -> screen.get().show(value));
        try {
            debug.attach(pc);
            disks.attach(pc, config.cpus());
            network.attach(pc, config.cpus());
            if (seed == null) {
                // A device's thread has a time of its own; the deterministic mode has one only.
                pc.attach(new VirtioRng(new SecureRandom()));
            }
            console.attach(pc, bytes -> screen.get().show(bytes));
            if (state.restores()) {
                state.restore(pc);
            } else {
                pc.load(loader);
            }
            return pc;
        } catch (RuntimeException unloadable) {
            pc.close();
            throw unloadable;
        }
    }
}
