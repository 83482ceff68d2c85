package dev.vmexit.hostile;

import dev.vmexit.host.HostThread;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;

/// What a guest finds on the host's loopback interface: a TCP server that says something and hangs
/// up some time later, and a DNS server that never answers.
final class LoopbackHost implements AutoCloseable {
    private static final int KEPT = 8;
    private static final int BACKLOG = 50;

    private final ServerSocket server =
            new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final DatagramSocket resolver =
            new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final Thread thread = Thread.ofPlatform().daemon().name("server").start(this::serve);

    LoopbackHost() throws IOException {}

    int port() {
        return server.getLocalPort();
    }

    InetSocketAddress resolver() {
        return (InetSocketAddress) resolver.getLocalSocketAddress();
    }

    private void serve() {
        var kept = new ArrayDeque<Socket>();
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                kept.add(socket);
                if (kept.size() > KEPT) {
                    kept.remove().close();
                }
                socket.getOutputStream().write(new byte[2000]);
            } catch (IOException e) {
                // A guest's connection that ends is what this is about; a closed server ends it.
            }
        }
        for (Socket socket : kept) {
            closeQuietly(socket);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        resolver.close();
        HostThread.awaitEnd(thread);
    }
}
