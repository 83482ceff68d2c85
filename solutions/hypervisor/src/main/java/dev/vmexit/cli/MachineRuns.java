package dev.vmexit.cli;

import dev.vmexit.boot.SerialTerminal;
import dev.vmexit.boot.TerminalPort;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.machine.Pc;
import dev.vmexit.machine.PcEnd;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/// The runs of one machine at this terminal: it is built, runs, and is built again when its guest
/// has asked for a reset.
final class MachineRuns {
    private final Function<Supplier<SerialTerminal>, Pc> builder;
    private final StateOptions state;
    private final Supplier<TerminalPort> keys;
    private final boolean noReboot;
    private final AtomicReference<SerialTerminal> screen = new AtomicReference<>();

    /// @param builder given the terminal, which is there once the machine runs, builds one that is
    /// ready to run
    /// @param keys where keys go; null if that is the serial line
    MachineRuns(Function<Supplier<SerialTerminal>, Pc> builder, StateOptions state,
            Supplier<TerminalPort> keys, boolean noReboot) {
        this.builder = builder;
        this.state = state;
        this.keys = keys;
        this.noReboot = noReboot;
    }

    /// Runs until there is an end other than a reset, and says which.
    ///
    /// The first machine is built before the terminal is touched, so that what is wrong is said on
    /// an ordinary screen.
    ///
    /// @return the exit status
    int run() throws IOException, InterruptedException {
        Pc first = build();
        PcEnd end;
        try (SerialTerminal terminal = open(first)) {
            screen.set(terminal);
            var guest = new AtomicReference<>(first);
            terminal.connect(guest, state::request, keys.get());
            end = run(first, guest);
            while (end instanceof PcEnd.Reset && !noReboot) {
                Pc next = build();
                guest.set(next);
                end = run(next, guest);
            }
        }
        return report(end);
    }

    private Pc build() {
        return builder.apply(screen::get);
    }

    private static SerialTerminal open(Pc waiting) {
        try {
            return SerialTerminal.open();
        } catch (IOException e) {
            waiting.close();
            throw new BootFailure("the terminal cannot be used: " + e.getMessage());
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
                Main.say("the guest switched itself off");
                yield 0;
            }
            case PcEnd.Reset _ -> {
                Main.say("the guest asked for a reset");
                yield 0;
            }
            case PcEnd.Exited exited -> {
                Main.say("the guest ended itself with status " + exited.status());
                yield exited.status();
            }
            case PcEnd.Stopped _ -> {
                Main.say("stopped");
                yield 0;
            }
            case PcEnd.Died died -> {
                System.err.println("vmexit: the guest died. " + died.report());
                yield Main.FAILED;
            }
        };
    }
}
