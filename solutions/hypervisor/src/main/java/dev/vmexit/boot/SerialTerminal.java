package dev.vmexit.boot;

import dev.vmexit.host.KernelException;
import dev.vmexit.machine.Pc;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// The person's side of the serial line, or of a virtio console. At a terminal, every key goes to
/// the guest as it is pressed, Ctrl-C too; Ctrl-A x leaves, Ctrl-A p presses the power button,
/// Ctrl-A s saves the machine, Ctrl-A a sends a Ctrl-A. From a pipe, bytes go as they come.
public final class SerialTerminal implements AutoCloseable {
    private static final int CTRL_A = 1;
    private static final int BELL = 7;

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
    /// more. While there is no guest, between a reset and the next start, keys for its serial line
    /// are lost.
    ///
    /// @param save runs when the person types Ctrl-A s
    /// @param console where keys go, and the terminal's size; null if they go to the serial line
    public void connect(AtomicReference<Pc> guest, Runnable save, TerminalPort console) {
        if (terminal != null && console != null) {
            tellSize(console);
            terminal.handle(Terminal.Signal.WINCH, _ -> tellSize(console));
        }
        IntConsumer wire = console == null
                ? key -> running(guest, pc -> pc.type(key))
                : key -> type(key, console);
        Thread.ofPlatform().daemon().name("serial input").start(() -> {
            try {
                for (int key = input.read(); key >= 0; key = input.read()) {
                    type(key, wire, () -> running(guest, Pc::pressPowerButton),
                            () -> running(guest, Pc::stop), save);
                }
            } catch (IOException gone) {
                // The terminal was closed: nothing more will be typed.
            }
        });
    }

    private void tellSize(TerminalPort console) {
        console.resize(terminal.getWidth(), terminal.getHeight());
    }

    private static void running(AtomicReference<Pc> guest, Consumer<Pc> action) {
        Pc pc = guest.get();
        if (pc == null) {
            return;
        }
        try {
            action.accept(pc);
        } catch (IllegalStateException | KernelException over) {
            // That guest ended while the key was on its way; the next one hears the next key.
        }
    }

    /// A person whose key finds no room hears the bell, as at any terminal; a pipe waits.
    private void type(int key, TerminalPort console) {
        if (terminal == null) {
            try {
                console.typeWhenRoom(key);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } else if (!console.type(key)) {
            show(BELL);
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
        show(new byte[]{(byte) value});
    }

    /// Shows bytes that the guest sent, at once. The serial line and a console may both print.
    public synchronized void show(byte[] bytes) {
        try {
            output.write(bytes);
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
