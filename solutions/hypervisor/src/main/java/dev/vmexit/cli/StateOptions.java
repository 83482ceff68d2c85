package dev.vmexit.cli;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.machine.Pc;
import dev.vmexit.machine.PcConfig;
import dev.vmexit.machine.PcEnd;
import dev.vmexit.state.SavedMachine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Option;

/// The options for a machine that goes into a file and comes back.
///
/// What the disks hold is not in the file: they have to be as they were left. Connections through
/// the network end, as if the host had restarted.
final class StateOptions implements AutoCloseable {
    @Option(names = "--save", paramLabel = "FILE",
            description = "Where Ctrl-A s puts the running machine, and SIGTERM too; that ends it.")
    private Path target;

    @Option(names = "--restore", paramLabel = "FILE",
            description = "Goes on with a saved machine: its memory and CPUs, and the same other "
                    + "options as then. The kernel is for its next reset.")
    private Path source;

    private final AtomicReference<Pc> guest = new AtomicReference<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean wanted;
    private SavedMachine saved;

    /// Before anything is built, so that a file that is no machine is told of first.
    void check(boolean deterministic) {
        if (deterministic && (target != null || source != null)) {
            throw new BootFailure("--deterministic counts time from the start of a machine: there "
                    + "is no --save and no --restore with it");
        }
        if (target != null && Files.isDirectory(target)) {
            throw new BootFailure("--save %s: that is a directory; name a file".formatted(target));
        }
        saved = source == null ? null : SavedMachine.open(source);
        if (target != null) {
            Runtime.getRuntime().addShutdownHook(new Thread(this::saveAtEnd, "save"));
        }
    }

    PcConfig config(PcConfig asked) {
        return saved == null ? asked : PcConfig.of(saved).with(asked.clock());
    }

    boolean restores() {
        return saved != null;
    }

    /// Puts the saved machine into a new one, once.
    void restore(Pc pc) {
        pc.restore(saved);
        saved = null;
    }

    /// From now on this machine can be asked for; null for none.
    void watch(Pc pc) {
        guest.set(pc);
    }

    /// A person wants the machine in its file.
    void request() {
        Pc pc = guest.get();
        if (target == null || pc == null) {
            System.err.println("\r\nvmexit: to save the machine, start it with --save FILE\r");
            return;
        }
        wanted = true;
        pc.stop();
    }

    /// The process is told to end: the machine is saved by the thread that ran it, and that is
    /// waited for until its disks are closed, too. What they have in memory only belongs to what
    /// was saved.
    private void saveAtEnd() {
        if (guest.get() != null) {
            request();
        }
        if (wanted) {
            awaitSaved();
        }
    }

    private void awaitSaved() {
        try {
            over.await();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    /// After a run: saves the machine, if that was asked for and it is still one to save.
    void ended(Pc pc, PcEnd end) {
        if (wanted && end instanceof PcEnd.Stopped) {
            pc.save(target);
            System.err.println("vmexit: the machine is in " + target + "; --restore " + target
                    + " goes on with it");
        }
    }

    /// Nothing will be saved any more, and what belongs to the saved machine is in its files.
    @Override
    public void close() {
        guest.set(null);
        over.countDown();
    }
}
