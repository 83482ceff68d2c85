package dev.vmexit.boot;

import dev.vmexit.host.KernelException;
import dev.vmexit.machine.Pc;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// The person's side of the serial line. At a terminal, every key goes to the guest as it is
/// pressed, Ctrl-C too; Ctrl-A x leaves, Ctrl-A p presses the power button, Ctrl-A s saves the
/// machine, Ctrl-A a sends a Ctrl-A. From a pipe, bytes go as they come.
public final class SerialTerminal implements AutoCloseable {
    private static final int CTRL_A = 1;

    private final Terminal terminal;
    private final Attributes before;
    private final InputStream input;
    private final OutputStream output;
    private boolean commandPending;

    private SerialTerminal(Terminal terminal, InputStream input, OutputStream output) {
        this.terminal = terminal;
        this.before = terminal == null ? null : terminal.enterRawMode();
        this.input = input;
        this.output = output;
    }

    public static SerialTerminal open() throws IOException {
        boolean person = System.console() != null && System.console().isTerminal();
        if (!person) {
            return new SerialTerminal(null, System.in, System.out);
        }
        Terminal terminal = TerminalBuilder.builder().system(true).build();
        return new SerialTerminal(terminal, terminal.input(), terminal.output());
    }

    /// Brings what is typed to the guest of the moment, on a thread of its own, until there is no
    /// more. While there is no guest, between a reset and the next start, keys are lost.
    ///
    /// @param save runs when the person types Ctrl-A s
    public void connect(AtomicReference<Pc> guest, Runnable save) {
        Thread.ofPlatform().daemon().name("serial input").start(() -> {
            try {
                for (int key = input.read(); key >= 0; key = input.read()) {
                    deliver(key, guest.get(), save);
                }
            } catch (IOException gone) {
                // The terminal was closed: nothing more will be typed.
            }
        });
    }

    private void deliver(int key, Pc pc, Runnable save) {
        if (pc == null) {
            return;
        }
        try {
            type(key, pc::type, pc::pressPowerButton, pc::stop, save);
        } catch (IllegalStateException | KernelException over) {
            // That guest ended while the key was on its way; the next one hears the next key.
        }
    }

    /// @param button runs when the person types Ctrl-A p
    /// @param leave runs when the person types Ctrl-A x
    /// @param save runs when the person types Ctrl-A s
    void type(int key, IntConsumer wire, Runnable button, Runnable leave, Runnable save) {
        if (terminal == null) {
            wire.accept(key);
        } else if (commandPending) {
            commandPending = false;
            if (key == 'x') {
                leave.run();
            } else if (key == 'p') {
                button.run();
            } else if (key == 's') {
                save.run();
            } else if (key == 'a' || key == CTRL_A) {
                wire.accept(CTRL_A);
            }
        } else if (key == CTRL_A) {
            commandPending = true;
        } else {
            wire.accept(key);
        }
    }

    /// Shows a byte that the guest sent, at once.
    public void show(int value) {
        try {
            output.write(value);
            output.flush();
        } catch (IOException gone) {
            // Nobody is looking any more; the guest goes on.
        }
    }

    @Override
    public void close() throws IOException {
        if (terminal != null) {
            terminal.setAttributes(before);
            terminal.close();
        }
    }
}
