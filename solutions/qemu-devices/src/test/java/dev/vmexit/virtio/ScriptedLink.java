package dev.vmexit.virtio;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;

/// The outside of a port in the hands of a test: keeps what the guest sends, up to a limit.
final class ScriptedLink implements PortLink {
    final LinkedBlockingQueue<String> calls = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final boolean opens;
    private int limit = Integer.MAX_VALUE;
    Port port;

    private ScriptedLink(boolean opens) {
        this.opens = opens;
    }

    /// {@return a link where somebody is from the beginning on}
    static ScriptedLink terminal() {
        return new ScriptedLink(true);
    }

    /// {@return a link where nobody is}
    static ScriptedLink socket() {
        return new ScriptedLink(false);
    }

    @Override
    public void connect(Port newPort) {
        port = newPort;
        if (opens) {
            port.open();
        }
    }

    @Override
    public synchronized int send(byte[] bytes) {
        int taken = Math.min(bytes.length, limit - sent.size());
        sent.write(bytes, 0, taken);
        if (taken < bytes.length) {
            calls.add("full");
        }
        return taken;
    }

    /// From now on so many bytes are taken, from the first one counted.
    void limit(int bytes) {
        synchronized (this) {
            limit = bytes;
        }
        port.roomOutside();
    }

    synchronized String sent() {
        return sent.toString(StandardCharsets.ISO_8859_1);
    }

    synchronized int sentBytes() {
        return sent.size();
    }

    int deliver(String text) {
        return port.deliver(text.getBytes(StandardCharsets.ISO_8859_1), 0, text.length());
    }

    @Override
    public void roomAgain() {
        calls.add("room");
    }

    @Override
    public void vacant() {
        calls.add("vacant");
    }
}
