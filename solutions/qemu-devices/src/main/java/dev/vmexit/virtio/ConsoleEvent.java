package dev.vmexit.virtio;

/// What a control message of the console device is about; the position is the number on the wire.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section
///       5.3.6.2 "Multiport Device Operation"
enum ConsoleEvent {
    DEVICE_READY, DEVICE_ADD, DEVICE_REMOVE, PORT_READY, CONSOLE_PORT, RESIZE, PORT_OPEN, PORT_NAME;

    /// {@return the event of a number; null if this version knows none}
    static ConsoleEvent of(int number) {
        return number < values().length ? values()[number] : null;
    }
}
