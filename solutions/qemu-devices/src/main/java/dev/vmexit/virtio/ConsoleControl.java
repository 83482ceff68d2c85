package dev.vmexit.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// The two control queues of a console device with several ports.
///
/// ```
///  message   0 id: the port │ 4 event │ 6 value │ 8 of some events more
///
///  driver   DEVICE_READY            PORT_READY                             PORT_OPEN
///  device                DEVICE_ADD            CONSOLE_PORT or PORT_NAME,
///                                              RESIZE, PORT_OPEN
/// ```
///
/// What the guest is to hear is computed from what it has heard, when it has a buffer for it: there
/// is no list that could grow.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section
///       5.3.6.2 "Multiport Device Operation"
final class ConsoleControl {
    static final int TO_GUEST = 2;
    static final int FROM_GUEST = 3;
    private static final int HEADER_BYTES = 8;
    private static final int RESIZE_BYTES = 4;

    private final List<ConsolePort> ports;
    boolean driverReady;

    ConsoleControl(List<ConsolePort> ports) {
        this.ports = ports;
    }

    /// Hears what the driver says. Of an unknown event or port it says nothing that concerns this
    /// device.
    ///
    /// @throws DriverMistake if a message is shorter than its header
    void hear(VirtQueue queue) {
        for (Chain chain = queue.pop(); chain != null; chain = queue.pop()) {
            ByteBuffer b = ByteBuffer.wrap(chain.read(HEADER_BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            int id = b.getInt();
            ConsoleEvent event = ConsoleEvent.of(b.getShort() & 0xFFFF);
            boolean value = b.getShort() == 1;
            if (event == ConsoleEvent.DEVICE_READY) {
                driverReady = value;
            } else if (event == ConsoleEvent.PORT_READY) {
                ports.stream().filter(port -> port.number == id).forEach(port -> port.ready(value));
            } else if (event == ConsoleEvent.PORT_OPEN) {
                ports.stream().filter(port -> port.number == id)
                        .forEach(port -> port.guestOpened(value));
            }
            queue.push(chain);
        }
    }

    boolean hasMore() {
        return driverReady && ports.stream().anyMatch(port -> port.next() != null);
    }

    /// Tells the guest what it does not know, as far as it has left buffers for that.
    ///
    /// @throws DriverMistake if a message does not fit into its buffer
    // tag::tell[]
    void tell(VirtQueue queue) {
        for (ConsolePort port : ports) {
            ConsoleEvent event = driverReady ? port.next() : null;
            for (; event != null; event = port.next()) {
                Chain chain = queue.pop();
                if (chain == null) {
                    break;
                }
                byte[] message = message(port, event);
                chain.write(message);
                queue.push(chain);
                port.status.wasTold(event);
            }
            port.settle();
        }
    }
    // end::tell[]

    private static byte[] message(ConsolePort port, ConsoleEvent event) {
        byte[] name = event == ConsoleEvent.PORT_NAME ? VirtioConsole.utf8(port.name) : new byte[0];
        int more = event == ConsoleEvent.RESIZE ? RESIZE_BYTES : name.length;
        ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES + more).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(port.number).putShort((short) event.ordinal())
                .putShort((short) port.status.value(event)).put(name);
        if (event == ConsoleEvent.RESIZE) {
            b.putShort((short) port.columns()).putShort((short) port.rows());
        }
        return b.array();
    }
}
