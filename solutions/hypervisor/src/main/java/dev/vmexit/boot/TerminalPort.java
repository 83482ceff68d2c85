package dev.vmexit.boot;

import dev.vmexit.virtio.ByteQueue;
import dev.vmexit.virtio.PortLink;
import java.util.function.Consumer;

/// The person's side of a virtio console: keys go in, what the guest prints goes to the screen.
///
/// Keys wait here while the guest does not read them, also from one machine to the next.
public final class TerminalPort implements PortLink {
    private static final int KEYS = 1 << 16;

    private final Consumer<byte[]> screen;
    private final ByteQueue keys = new ByteQueue(KEYS);
    private Port port;
    private int columns;
    private int rows;

    /// @param screen shows bytes, at once
    public TerminalPort(Consumer<byte[]> screen) {
        this.screen = screen;
    }

    @Override
    public synchronized void connect(Port newPort) {
        port = newPort;
        port.resize(columns, rows);
        port.open();
        pass();
    }

    /// Types a key.
    ///
    /// @return false if so many wait already that there is no room: it is lost
    public synchronized boolean type(int key) {
        if (keys.isFull()) {
            return false;
        }
        keys.add(new byte[]{(byte) key}, 0, 1);
        pass();
        return true;
    }

    /// Types a key as soon as there is room.
    public synchronized void typeWhenRoom(int key) throws InterruptedException {
        while (!type(key)) {
            wait();
        }
    }

    /// The terminal has another size, in characters.
    public synchronized void resize(int newColumns, int newRows) {
        columns = newColumns;
        rows = newRows;
        if (port != null) {
            port.resize(columns, rows);
        }
    }

    private void pass() {
        if (port != null && !keys.isEmpty()) {
            byte[] waiting = keys.peek(KEYS);
            keys.remove(port.deliver(waiting, 0, waiting.length));
            notifyAll();
        }
    }

    @Override
    public int send(byte[] bytes) {
        screen.accept(bytes);
        return bytes.length;
    }

    @Override
    public synchronized void roomAgain() {
        pass();
    }

    @Override
    public void vacant() {
        // The person is always there.
    }
}
