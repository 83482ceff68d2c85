package dev.vmexit.virtio;

import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/// A console and ports with names, through which the guest and programs outside send each other
/// bytes.
///
/// ```
///  queue 0 port 0: to the guest      1 port 0: from the guest
///        2 control: to the guest     3 control: from the guest
///        4 port 1: to the guest      5 port 1: from the guest      6 port 2 …
/// ```
///
/// Port 0 is the console; where there is none, its queues are there all the same and what the
/// guest sends is thrown away. A device without named ports does not offer
/// `VIRTIO_CONSOLE_F_MULTIPORT` and has no control queues. A driver that has not negotiated it sees
/// port 0 only.
///
/// Left out: ports that come and go while the machine runs.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 5.3
///       "Console Device"
public final class VirtioConsole implements VirtioDevice {
    /// As many named ports as a device has at most: their input is saved in one section.
    public static final int MOST_PORTS = 7;

    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9._-]{1," + ConsolePort.MOST_NAME_BYTES + "}");
    private static final int QUEUE_SIZE = 64;
    private static final int CONFIGURATION_BYTES = 12;
    private static final int EMERG_WR = 8;

    // Feature bits.
    private static final long SIZE = 1 << 0;
    private static final long MULTIPORT = 1 << 1;
    private static final long EMERG_WRITE = 1 << 2;

    private final ConsolePort console;
    private final List<ConsolePort> ports = new ArrayList<>();
    private final int named;
    private final ConsoleControl control = new ConsoleControl(ports);
    private IntConsumer wake = _ -> {};
    private Runnable configurationChanged = () -> {};
    private boolean multiport;
    private boolean sized;

    /// @param terminal where the console leads; null for a device without one
    /// @param links where the named ports lead, in the order of their numbers from 1 on
    /// @throws IllegalArgumentException if there are more than [#MOST_PORTS], or one has a name
    /// that
    ///         is none
    public VirtioConsole(PortLink terminal, Map<String, PortLink> links) {
        if (links.size() > MOST_PORTS) {
            throw new IllegalArgumentException("a console device has at most %d named ports, not %d"
                    .formatted(MOST_PORTS, links.size()));
        }
        named = links.size();
        console = terminal == null ? null : new ConsolePort(0, "", terminal);
        if (console != null) {
            ports.add(console);
        }
        int number = 1;
        for (Map.Entry<String, PortLink> one : links.entrySet()) {
            ports.add(new ConsolePort(number++, checked(one.getKey()), one.getValue()));
        }
    }

    /// {@return the name, which is one for a port}
    ///
    /// @throws IllegalArgumentException if it is not: 1 to 64 letters, digits, `.`, `_` and `-`,
    ///         because it becomes a file's name in the guest
    public static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(("a port's name has 1 to %d letters, digits, dots, "
                    + "underscores and hyphens; \"%s\" has not").formatted(
                            ConsolePort.MOST_NAME_BYTES, name));
        }
        return name;
    }

    static byte[] utf8(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /// Connects the links, each with its port.
    ///
    /// @param serveQueue what makes the device's thread serve a queue
    /// @param changed what tells the driver that the configuration has changed
    public void connect(IntConsumer serveQueue, Runnable changed) {
        wake = serveQueue;
        configurationChanged = changed;
        ports.forEach(port -> port.connect(wake));
    }

    @Override
    public int type() {
        return 3;
    }

    @Override
    public int classCode() {
        return 0x07_8000;
    }

    @Override
    public long features() {
        return (console == null ? 0 : SIZE | EMERG_WRITE) | (named == 0 ? 0 : MULTIPORT);
    }

    @Override
    public int[] queueSizes() {
        int[] sizes = new int[named == 0 ? 2 : 2 * named + 4];
        Arrays.fill(sizes, QUEUE_SIZE);
        return sizes;
    }

    /// ```
    ///  0 cols │ 2 rows │ 4 max_nr_ports │ 8 emerg_wr
    /// ```
    @Override
    public byte[] configuration() {
        ByteBuffer b = ByteBuffer.allocate(CONFIGURATION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (console != null) {
            b.putShort(0, (short) console.columns()).putShort(2, (short) console.rows());
        }
        return b.putInt(4, 1 + named).array();
    }

    @Override
    public void writeConfiguration(int offset, int size, long value) {
        if (offset == EMERG_WR && console != null) {
            console.emergency((byte) value);
        }
    }

    /// A driver without `VIRTIO_CONSOLE_F_MULTIPORT` looks at the size when it is told of a change,
    /// Linux's not before: it is told once in the beginning.
    @Override
    public void start(long features) {
        multiport = (features & MULTIPORT) != 0;
        sized = (features & SIZE) != 0;
        ports.forEach(ConsolePort::start);
    }

    @Override
    public void serve(int index, VirtQueue queue) {
        if (console != null && console.takeSizeIsNew() && sized) {
            configurationChanged.run();
        }
        if (index > 1 && !multiport) {
            return;
        }
        ConsolePort port = port(index);
        if (index == ConsoleControl.TO_GUEST) {
            control.tell(queue);
        } else if (index == ConsoleControl.FROM_GUEST) {
            control.hear(queue);
            wake.accept(ConsoleControl.TO_GUEST);
        } else if (index % 2 != 0) {
            send(port, queue);
        } else if (port != null && port.canReceive(multiport)) {
            port.receive(queue);
        }
    }

    private static void send(ConsolePort port, VirtQueue queue) {
        if (port != null) {
            port.output.send(queue);
            return;
        }
        for (Chain chain = queue.pop(); chain != null; chain = queue.pop()) {
            queue.push(chain);
        }
    }

    /// {@return the port whose queue this is; null for a control queue, and where there is none}
    private ConsolePort port(int index) {
        int queue = index & ~1;
        return ports.stream().filter(port -> port.receiveQueue() == queue).findFirst().orElse(null);
    }

    @Override
    public boolean takesMore(int index) {
        if (index > 1 && !multiport) {
            return false;
        }
        if (index == ConsoleControl.TO_GUEST) {
            return control.hasMore();
        }
        boolean toGuest = index % 2 == 0;
        ConsolePort port = port(index);
        if (port == null) {
            return !toGuest;
        }
        return toGuest ? port.canReceive(multiport) : !port.output.isStalled();
    }

    @Override
    public void reset() {
        multiport = false;
        sized = false;
        control.driverReady = false;
        ports.forEach(ConsolePort::reset);
    }

    @Override
    public void save(StateOut out) {
        out.flag(control.driverReady);
        ports.forEach(port -> port.save(out));
    }

    @Override
    public void restore(StateIn in) {
        control.driverReady = in.flag();
        ports.forEach(port -> port.restore(in));
    }
}
