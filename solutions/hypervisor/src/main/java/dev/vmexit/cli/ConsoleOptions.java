package dev.vmexit.cli;

import dev.vmexit.boot.PortSocket;
import dev.vmexit.boot.TerminalPort;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.machine.Pc;
import dev.vmexit.virtio.PortLink;
import dev.vmexit.virtio.VirtioConsole;
import dev.vmexit.virtio.VirtioPci;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// The options for the terminal and for ports with names.
///
/// A console and named ports are two devices. Of one device with both, Linux learns the terminal's
/// size from the message `RESIZE`, in which kernels differ about what comes first, columns or rows;
/// of a console alone it reads the configuration, where all agree.
final class ConsoleOptions implements AutoCloseable {
    @Option(names = "--console", paramLabel = "serial|virtio", defaultValue = "serial",
            description = "What the terminal is in the guest. serial: ttyS0, a UART that every "
                    + "kernel knows. virtio: hvc0, which has the terminal's size; what you type "
                    + "goes there, and what the guest prints on ttyS0 is still shown. The guest "
                    + "needs virtio_console. Default ${DEFAULT-VALUE}.")
    private String kind;

    @Option(names = "--port", paramLabel = "NAME=PATH",
            description = "A port: in the guest /dev/virtio-ports/NAME, here a Unix-domain socket "
                    + "at PATH for one client at a time. Up to " + VirtioConsole.MOST_PORTS + ".")
    private List<String> texts = List.of();

    private final Map<String, Path> paths = new LinkedHashMap<>();
    private final Map<String, PortSocket> sockets = new LinkedHashMap<>();
    private TerminalPort terminal;

    /// Before the machine is built, so that what is malformed is told of first.
    void check() {
        if (!kind.equals("serial") && !isVirtio()) {
            throw new BootFailure("--console is serial or virtio, not \"%s\"".formatted(kind));
        }
        if (texts.size() > VirtioConsole.MOST_PORTS) {
            throw new BootFailure("a machine has at most %d ports, not %d".formatted(
                    VirtioConsole.MOST_PORTS, texts.size()));
        }
        var taken = new HashSet<Path>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 0 || equals == text.length() - 1) {
                throw new BootFailure("--port is NAME=PATH; \"%s\" has no path".formatted(text));
            }
            String name = name(text.substring(0, equals));
            Path path = path(text.substring(equals + 1));
            if (paths.put(name, path) != null) {
                throw new BootFailure("two ports have the name " + name);
            }
            if (!taken.add(path.toAbsolutePath().normalize())) {
                throw new BootFailure("two ports have the path " + path);
            }
        }
    }

    private static String name(String text) {
        try {
            return VirtioConsole.checked(text);
        } catch (IllegalArgumentException malformed) {
            throw new BootFailure(malformed.getMessage());
        }
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException malformed) {
            throw new BootFailure("the path of a port is none: " + malformed.getMessage());
        }
    }

    private boolean isVirtio() {
        return kind.equals("virtio");
    }

    /// {@return whether there is a device with a thread of its own}
    boolean any() {
        return isVirtio() || !texts.isEmpty();
    }

    /// {@return the kernel parameter that names the terminal}
    String parameter() {
        return isVirtio() ? "console=hvc0" : "console=ttyS0";
    }

    /// The initramfs that is made here has no drivers, and its shell is on the serial line.
    void refuseOwnInitramfs() {
        if (isVirtio()) {
            throw new BootFailure("--console=virtio needs a driver, which the initramfs of busybox "
                    + "has not; pass an --initrd with virtio_console, or a --disk");
        }
    }

    /// Before the machine is built, so that a socket that cannot be is told of first.
    void open() {
        try {
            for (Map.Entry<String, Path> one : paths.entrySet()) {
                sockets.put(one.getKey(), PortSocket.open(one.getValue()));
            }
        } catch (IOException | RuntimeException unusable) {
            close();
            throw unusable instanceof BootFailure told
                    ? told
                    : new BootFailure("a port cannot be opened: " + unusable.getMessage());
        }
    }

    /// {@return where keys go; null if that is the serial line}
    TerminalPort terminal() {
        return terminal;
    }

    /// Puts the devices into a machine. Clients are disconnected when it ends.
    ///
    /// @param screen shows what the guest prints
    void attach(Pc pc, Consumer<byte[]> screen) {
        if (isVirtio()) {
            terminal = terminal == null ? new TerminalPort(screen) : terminal;
            attach(pc, new VirtioConsole(terminal, Map.of()));
        }
        if (!sockets.isEmpty()) {
            attach(pc, new VirtioConsole(null, new LinkedHashMap<String, PortLink>(sockets)));
            sockets.values().forEach(socket -> pc.onClose(socket::endMachine));
        }
    }

    private static void attach(Pc pc, VirtioConsole console) {
        VirtioPci connection = pc.attach(console);
        console.connect(connection::wake, connection::configurationChanged);
    }

    @Override
    public void close() {
        for (PortSocket socket : sockets.values()) {
            try {
                socket.close();
            } catch (IOException e) {
                System.err.println("vmexit: a port was not closed: " + e.getMessage());
            }
        }
        sockets.clear();
    }
}
