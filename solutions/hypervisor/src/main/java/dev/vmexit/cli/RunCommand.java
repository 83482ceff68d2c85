package dev.vmexit.cli;

import dev.vmexit.guest.GuestProgram;
import dev.vmexit.guest.Guests;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import dev.vmexit.tinykernel.TinyKernel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `vmexit run GUEST`: one of the tiny guests, on the smallest machine.
@Command(name = "run", description = "Runs one of the bundled tiny guests.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    static final String DEMO_TEXT = "task: hello from ring 3\n";

    @Parameters(arity = "0..1", paramLabel = "GUEST", description = "Its name; none lists them.")
    private String name;

    @Option(names = "--trace", description = "Prints every exit, in words.")
    private boolean trace;

    @Option(names = "--listing", description = "Prints the guest's code instead of running it.")
    private boolean listing;

    @Option(names = "--timeout", paramLabel = "SECONDS",
            description = "Stops the guest after this time, such as 1s.")
    private String timeout;

    @Mixin
    private KvmOption kvm;

    @Option(names = "--mine", description = "Your finished classes in front of the reference's.")
    private boolean mine;

    @Mixin
    private CheckoutMixin checkout;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;

    static List<GuestProgram> guests() {
        var guests = new ArrayList<>(Guests.all());
        guests.add(TinyKernel.guest(DEMO_TEXT));
        return guests;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (mine) {
            return new MineLauncher(checkout).start(spec);
        }
        if (name == null) {
            guests().forEach(guest -> out.printf("%-10s %s%n", guest.name(), guest.summary()));
            return 0;
        }
        GuestProgram guest = guests().stream().filter(g -> g.name().equals(name)).findFirst()
                .orElseThrow(() -> new BootFailure("there is no guest called " + name
                        + "; there are " + guests().stream().map(GuestProgram::name)
                                .collect(Collectors.joining(", "))));
        if (listing) {
            out.print(guest.listing());
            return 0;
        }
        return run(guest);
    }

    private int run(GuestProgram guest) {
        OutputStream screen = trace ? OutputStream.nullOutputStream() : out;
        var console = new Console(guest.input(), screen);
        var exits = new Counter();
        try (TinyMachine machine = TinyMachine.load(kvm.choice().open(), guest,
                console)) {
            stopInTime(machine);
            VmExit end = machine.run(exits);
            if (!console.output().isEmpty() && !console.output().endsWith("\n") && !trace) {
                out.println();
            }
            out.printf("-- %s %s, after %d %s%n", guest.name(), end.inWords(),
                    exits.count, exits.count == 1 ? "exit" : "exits");
            return endedWell(guest, end) ? 0 : Main.FAILED;
        }
    }

    private static boolean endedWell(GuestProgram guest, VmExit end) {
        return guest.needsTimer() ? end instanceof VmExit.Out : end instanceof VmExit.Hlt;
    }

    private void stopInTime(TinyMachine machine) {
        if (timeout == null) {
            return;
        }
        Duration limit = Durations.parse(timeout);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(limit);
                machine.vcpu().stop();
            } catch (InterruptedException | IllegalStateException over) {
                // The guest ended by itself, and its machine is closed.
            }
        });
    }

    private final class Counter implements Consumer<VmExit> {
        private long count;

        @Override
        public void accept(VmExit exit) {
            count++;
            if (trace) {
                out.printf("%4d  the guest %s%n", count, exit.inWords());
            }
        }
    }
}
