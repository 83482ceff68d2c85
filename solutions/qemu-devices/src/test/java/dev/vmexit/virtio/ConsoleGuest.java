package dev.vmexit.virtio;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// A driver of a console device with one named port: its buffers, and its control messages as text
/// such as `PORT_OPEN 1 = 0`.
///
/// ```
///  0x9_0000 control, to the guest   0x9_8000 control, from the guest   0xA_0000 data
/// ```
final class ConsoleGuest implements AutoCloseable {
    static final int DATA = 0xA_0000;
    static final long VERSION_1 = 1L << 32;
    static final long SIZE = 1 << 0;
    static final long MULTIPORT = 1 << 1;
    private static final int MESSAGES = 0x9_0000;
    private static final int ANSWERS = 0x9_8000;
    private static final int MESSAGE_BYTES = 128;
    private static final int PAUSE_NANOS = 20_000;

    final VirtioConsole console;
    final Driver driver;
    private int heard;

    ConsoleGuest(VirtioConsole console) {
        this.console = console;
        this.driver = new Driver(console);
        console.connect(driver.device::wake, driver.device::configurationChanged);
    }

    /// A driver without control queues.
    void startPlain(long features) {
        driver.start(VERSION_1 | features);
        driver.queue(1);
    }

    /// A driver with them, which is ready for ports.
    void startMultiport(long features) {
        driver.start(VERSION_1 | MULTIPORT | features);
        for (int queue = 1; queue < 6; queue++) {
            driver.queue(queue);
        }
        heard = 0;
        for (int n = 0; n < Driver.QUEUE; n++) {
            offerMessage(n);
        }
        driver.notifyDevice(2);
        tell(0, ConsoleEvent.DEVICE_READY, 1);
    }

    /// Goes on where another guest has stopped.
    void takeOver(ConsoleGuest other) {
        driver.takeOver(other.driver);
        heard = other.heard;
    }

    private void offerMessage(int n) {
        driver.offer(2, MESSAGES + MESSAGE_BYTES * (n % Driver.QUEUE), -MESSAGE_BYTES);
    }

    /// All ports are there, and port 1 is open in the guest.
    void startOpen() {
        startMultiport(0);
        hear(2);
        tell(0, ConsoleEvent.PORT_READY, 1);
        while (!hear(1).contains("PORT_OPEN 0 = 1")) {
            // Before that: it is a console, and of what size.
        }
        tell(1, ConsoleEvent.PORT_READY, 1);
        hear(1);
        tell(1, ConsoleEvent.PORT_OPEN, 1);
    }

    void tell(int id, ConsoleEvent event, int value) {
        tell(id, event.ordinal(), value, 8);
    }

    /// Waits until the device has given the message back, or has had enough.
    void tell(int id, int event, int value, int bytes) {
        ByteBuffer b = driver.bytes(ANSWERS, 8);
        b.putInt(id).putShort((short) event).putShort((short) value);
        int used = driver.usedIndex(3);
        driver.offer(3, ANSWERS, bytes);
        driver.notifyDevice(3);
        until(() -> driver.usedIndex(3) != used || needsReset());
    }

    boolean needsReset() {
        return (driver.status() & Transport.DEVICE_NEEDS_RESET) != 0;
    }

    /// {@return the next messages of the device, when so many have come}
    List<String> hear(int count) {
        var messages = new ArrayList<String>();
        for (int n = 0; n < count; n++) {
            int next = heard;
            until(() -> driver.usedIndex(2) != (next & 0xFFFF));
            messages.add(message(next));
            offerMessage(heard++);
        }
        driver.notifyDevice(2);
        return messages;
    }

    /// {@return how many have come and were not heard}
    int unheard() {
        return driver.usedIndex(2) - heard;
    }

    private String message(int n) {
        int length = driver.used(2, n)[1];
        ByteBuffer b = driver.bytes(MESSAGES + MESSAGE_BYTES * (n % Driver.QUEUE), length);
        int id = b.getInt();
        ConsoleEvent event = ConsoleEvent.of(b.getShort());
        String text = "%s %d = %d".formatted(event, id, b.getShort());
        if (event == ConsoleEvent.RESIZE) {
            return text + " %d %d".formatted(b.getShort(), b.getShort());
        }
        byte[] more = new byte[b.remaining()];
        b.get(more);
        return more.length == 0 ? text : text + " " + new String(more, StandardCharsets.UTF_8);
    }

    /// Sends a text in one buffer; does not wait.
    void send(int queue, String text) {
        driver.bytes(DATA, text.length()).put(text.getBytes(StandardCharsets.ISO_8859_1));
        driver.offer(queue, DATA, text.length());
        driver.notifyDevice(queue);
    }

    /// {@return what comes into one buffer of the guest's}
    String receive(int queue, int room) {
        int used = driver.usedIndex(queue);
        int at = DATA + 0x1_0000;
        driver.offer(queue, at, -room);
        driver.notifyDevice(queue);
        until(() -> driver.usedIndex(queue) != used);
        return new String(driver.copy(at, driver.used(queue, used)[1]),
                StandardCharsets.ISO_8859_1);
    }

    /// The test's own time limit ends a wait for what never comes.
    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("it never came");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        driver.close();
    }
}
