package dev.vmexit.boot;

import dev.vmexit.virtio.PortLink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;

/// The device's side of a link in the hands of a test: keeps what comes, up to a limit.
final class ScriptedPort implements PortLink.Port {
    final LinkedBlockingQueue<String> calls = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int room;

    /// @param room for so many bytes
    ScriptedPort(int room) {
        this.room = room;
    }

    @Override
    public synchronized int deliver(byte[] from, int start, int length) {
        int taken = Math.min(length, room);
        bytes.write(from, start, taken);
        room -= taken;
        notifyAll();
        return taken;
    }

    synchronized void makeRoom(int more) {
        room += more;
    }

    /// {@return all that came, when it is so many bytes}
    synchronized String await(int count) throws InterruptedException {
        while (bytes.size() < count) {
            wait();
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    synchronized int count() {
        return bytes.size();
    }

    @Override
    public boolean open() {
        calls.add("open");
        return true;
    }

    @Override
    public void close() {
        calls.add("close");
    }

    @Override
    public void roomOutside() {
        calls.add("room");
    }

    @Override
    public void resize(int columns, int rows) {
        calls.add(columns + " x " + rows);
    }
}
