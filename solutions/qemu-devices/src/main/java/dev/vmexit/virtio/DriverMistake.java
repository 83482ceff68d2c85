package dev.vmexit.virtio;

/// The driver has broken the rules of virtio. The device stops and asks to be reset; the machine
/// goes on.
public final class DriverMistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DriverMistake(String message) {
        super(message, null, false, false);
    }
}
