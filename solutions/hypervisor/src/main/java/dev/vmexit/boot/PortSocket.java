package dev.vmexit.boot;

import dev.vmexit.host.HostThread;
import dev.vmexit.virtio.ByteQueue;
import dev.vmexit.virtio.PortLink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// The outside of a named port: a Unix-domain socket, one client at a time; the next one waits in
/// the socket's own queue.
///
/// A client that ends its sending has left. What it sent goes to the guest all the same. When a
/// machine ends, its client gets what the guest had sent and is disconnected; the next machine
/// takes the next one.
///
/// Everything about the client happens in one thread. The monitor guards the output, which the
/// device's thread fills.
public final class PortSocket implements PortLink, AutoCloseable {
    private static final int OUTPUT_BYTES = 1 << 16;
    private static final int INPUT_BYTES = 1 << 13;

    private final SocketFile file;
    private final Selector selector;
    private final SelectionKey listening;
    private final Thread thread;
    private final ByteQueue output = new ByteQueue(OUTPUT_BYTES);
    private boolean outputRefused;
    /// The client does not hear any more; it may still be sending.
    private boolean deaf;

    private volatile Port port;
    private volatile boolean vacant;
    private volatile boolean machineEnded;
    private volatile boolean closed;

    private SelectionKey client;
    private ByteBuffer input = ByteBuffer.allocate(0);

    private PortSocket(SocketFile file, Selector selector) throws IOException {
        this.file = file;
        this.selector = selector;
        this.listening = file.server().register(selector, 0);
        this.thread = Thread.ofPlatform().daemon().name("port " + file.path()).start(this::run);
    }

    /// Listens at a path, with rights for the owner alone.
    ///
    /// @throws dev.vmexit.linux.BootFailure if that cannot be
    public static PortSocket open(Path path) throws IOException {
        SocketFile file = SocketFile.listen(path);
        try {
            return new PortSocket(file, Selector.open());
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public void connect(Port newPort) {
        vacant = false;
        port = newPort;
    }

    /// The machine that the port belongs to has ended.
    public void endMachine() {
        vacant = false;
        machineEnded = true;
        selector.wakeup();
    }

    @Override
    public int send(byte[] bytes) {
        int taken;
        synchronized (this) {
            taken = deaf ? bytes.length : output.add(bytes, 0, bytes.length);
            outputRefused |= taken < bytes.length;
        }
        selector.wakeup();
        return taken;
    }

    @Override
    public void roomAgain() {
        selector.wakeup();
    }

    @Override
    public void vacant() {
        vacant = true;
        selector.wakeup();
    }

    private void run() {
        try {
            while (!closed) {
                listening.interestOps(client == null && vacant ? SelectionKey.OP_ACCEPT : 0);
                if (client != null) {
                    client.interestOps((input.hasRemaining() ? 0 : SelectionKey.OP_READ)
                            | (outputWaits() ? SelectionKey.OP_WRITE : 0));
                }
                selector.select();
                turn(selector.selectedKeys().contains(listening));
                selector.selectedKeys().clear();
            }
        } catch (IOException e) {
            System.err.println("vmexit: nobody can connect to the port at %s any more: %s"
                    .formatted(file.path(), e));
        } finally {
            leave();
        }
    }

    private synchronized boolean outputWaits() {
        return !output.isEmpty();
    }

    private void turn(boolean somebodyWaits) throws IOException {
        if (machineEnded) {
            machineEnded = false;
            leave();
        }
        if (client == null && somebodyWaits && vacant) {
            // First, so that a call of vacant() that comes meanwhile is not forgotten.
            vacant = false;
            beginOutput();
            if (port.open()) {
                accept();
            }
        }
        if (client != null) {
            write();
            read();
        }
    }

    /// Before the port is open: from then on the guest may send.
    private synchronized void beginOutput() {
        output.clear();
        deaf = false;
    }

    private void accept() throws IOException {
        input = ByteBuffer.allocate(INPUT_BYTES).flip();
        SocketChannel channel = file.server().accept();
        if (channel == null) {
            port.close();
            return;
        }
        channel.configureBlocking(false);
        client = channel.register(selector, 0);
    }

    private void write() {
        byte[] bytes;
        synchronized (this) {
            bytes = output.peek(OUTPUT_BYTES);
        }
        boolean room;
        try {
            int written = ((SocketChannel) client.channel()).write(ByteBuffer.wrap(bytes));
            room = written(written);
        } catch (IOException gone) {
            room = nobodyListens();
        }
        if (room) {
            port.roomOutside();
        }
    }

    /// {@return whether the guest was refused since there was room last}
    private synchronized boolean written(int bytes) {
        output.remove(bytes);
        boolean was = outputRefused && bytes > 0;
        outputRefused &= !was;
        return was;
    }

    private synchronized boolean nobodyListens() {
        deaf = true;
        output.clear();
        boolean was = outputRefused;
        outputRefused = false;
        return was;
    }

    /// What the port does not take stays, and nothing more is read until it does.
    private void read() {
        try {
            if (!input.hasRemaining()) {
                input.clear();
                int count = ((SocketChannel) client.channel()).read(input);
                input.flip();
                if (count < 0) {
                    leave();
                    return;
                }
            }
        } catch (IOException gone) {
            leave();
            return;
        }
        if (input.hasRemaining()) {
            input.position(input.position()
                    + port.deliver(input.array(), input.position(), input.remaining()));
        }
    }

    private void leave() {
        if (client == null) {
            return;
        }
        try (SocketChannel last = (SocketChannel) client.channel()) {
            flush(last);
        } catch (IOException e) {
            // It is gone.
        }
        client = null;
        synchronized (this) {
            output.clear();
            outputRefused = false;
        }
        port.close();
    }

    /// As much as the kernel takes: nobody waits for a client that does not read.
    private synchronized void flush(SocketChannel last) throws IOException {
        int written = 1;
        while (written > 0) {
            written = last.write(ByteBuffer.wrap(output.peek(OUTPUT_BYTES)));
            output.remove(written);
        }
        if (!output.isEmpty()) {
            System.err.println("vmexit: the client at %s did not read: %d bytes of the guest's are "
                    .formatted(file.path(), output.size()) + "lost");
        }
    }

    /// Disconnects the client, and removes the socket's file.
    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        HostThread.awaitEnd(thread);
        selector.close();
        file.close();
    }
}
