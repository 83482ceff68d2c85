package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.loop.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/// The host's end of a connection.
final class HostSocket {
    private final SocketChannel channel;
    private final SelectionKey key;
    private boolean inputEnded;
    private boolean outputShut;

    private HostSocket(SocketChannel channel, SelectionKey key) {
        this.channel = channel;
        this.key = key;
    }

    /// Begins to connect; `ready` is called when [#finishConnect] can tell more.
    ///
    /// @throws IOException if it is known already that this fails
    static HostSocket connect(EventLoop loop, InetSocketAddress to, Runnable ready)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(to);
            // Connected at once or not, the key reports it as ready.
            int operations = channel.isConnected()
                    ? SelectionKey.OP_WRITE
                    : SelectionKey.OP_CONNECT;
            return new HostSocket(channel, loop.register(channel, operations, ready));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    static HostSocket accepted(EventLoop loop, SocketChannel channel, Runnable ready)
            throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new HostSocket(channel, loop.register(channel, 0, ready));
    }

    /// {@return whether it is connected}
    ///
    /// @throws IOException if it cannot be
    boolean finishConnect() throws IOException {
        boolean connected = channel.finishConnect();
        if (connected) {
            key.interestOps(0);
        }
        return connected;
    }

    void fill(SendBuffer buffer) throws IOException {
        if (!inputEnded) {
            inputEnded = !buffer.fill(channel);
        }
    }

    /// {@return whether the other end will not send more}
    boolean inputEnded() {
        return inputEnded;
    }

    void drain(ReceiveBuffer buffer) throws IOException {
        buffer.drain(channel);
    }

    void shutdownOutput() throws IOException {
        if (!outputShut) {
            outputShut = true;
            channel.shutdownOutput();
        }
    }

    /// Says what to be called for.
    void await(boolean input, boolean output) {
        if (key.isValid()) {
            key.interestOps((input && !inputEnded ? SelectionKey.OP_READ : 0)
                    | (output ? SelectionKey.OP_WRITE : 0));
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone, which was the aim.
        }
    }

    /// Closes so that the other end learns that data was lost.
    void reset() {
        reset(channel);
    }

    static void reset(SocketChannel channel) {
        try (channel) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0); // makes close() send RST
        } catch (IOException e) {
            // It is gone, which was the aim.
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }
}
