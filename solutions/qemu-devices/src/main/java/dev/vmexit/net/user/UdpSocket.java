package dev.vmexit.net.user;

import dev.vmexit.net.user.loop.Alarm;
import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.PacketSink;
import dev.vmexit.net.user.wire.UdpDatagram;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// A socket of the host's that stands for a port of the guest's.
///
/// What comes from the host's own addresses of loopback, or from anybody to a forwarded port, comes
/// from 10.0.2.2 for the guest; the ports tell the senders apart.
final class UdpSocket {
    static final long IDLE_MILLIS = 240_000;
    /// Senders to a forwarded port that are remembered; the oldest makes room.
    static final int MAX_CLIENTS = 256;

    private static final int MAX_DATA_BYTES = 0xFFFF - 28;
    /// Datagrams in a row before others have their turn.
    private static final int BURST = 32;
    private static final int FIRST_FREE_PORT = 1024;

    private final DatagramChannel channel;
    private final EventLoop loop;
    private final PacketSink guest;
    private final Supplier<UdpFlows.End> end;
    private final Map<Integer, InetSocketAddress> clients = new LinkedHashMap<>();
    private boolean forwarded;
    private Alarm idle;
    private Runnable closed;

    private UdpSocket(EventLoop loop, PacketSink guest, Supplier<UdpFlows.End> end)
            throws IOException {
        this.loop = loop;
        this.guest = guest;
        this.end = end;
        this.channel = DatagramChannel.open(StandardProtocolFamily.INET);
    }

    /// A socket that closes when it is idle for [#IDLE_MILLIS].
    ///
    /// @param closed is called when it has closed
    static UdpSocket open(EventLoop loop, PacketSink guest, Supplier<UdpFlows.End> end,
            Runnable closed) throws IOException {
        var socket = new UdpSocket(loop, guest, end);
        socket.closed = closed;
        socket.idle = loop.alarm(socket::close);
        socket.bind(null);
        socket.stayOpen();
        return socket;
    }

    /// A socket that is open for good.
    static UdpSocket listen(EventLoop loop, PacketSink guest, Supplier<UdpFlows.End> end,
            InetSocketAddress at) throws IOException {
        var socket = new UdpSocket(loop, guest, end);
        socket.forwarded = true;
        socket.bind(at);
        return socket;
    }

    private void bind(InetSocketAddress at) throws IOException {
        try {
            channel.configureBlocking(false);
            channel.bind(at);
            loop.register(channel, SelectionKey.OP_READ, this::ready);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    InetSocketAddress localAddress() throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    /// @param destination as the guest wrote it; `to` is what it stands for
    void send(UdpDatagram datagram, Ipv4Address destination, InetSocketAddress to)
            throws IOException {
        InetSocketAddress client = destination.equals(VirtualNetwork.GATEWAY)
                ? clients.get(datagram.destinationPort())
                : null;
        stayOpen();
        channel.send(ByteBuffer.wrap(datagram.data()), client == null ? to : client);
    }

    private void ready() {
        ByteBuffer b = ByteBuffer.allocate(MAX_DATA_BYTES);
        try {
            for (int i = 0; i < BURST; i++) {
                b.clear();
                var from = (InetSocketAddress) channel.receive(b);
                if (from == null) {
                    return;
                }
                stayOpen();
                pass(Arrays.copyOf(b.array(), b.position()), from);
            }
        } catch (IOException e) {
            // The report of a datagram that was not delivered; the next one may be.
        }
    }

    private void pass(byte[] data, InetSocketAddress from) {
        boolean local = from.getAddress().isLoopbackAddress();
        Ipv4Address source = forwarded || local
                ? VirtualNetwork.GATEWAY
                : Ipv4Address.of((Inet4Address) from.getAddress());
        int port = forwarded ? portOf(from) : from.getPort();
        UdpFlows.End to = end.get();
        guest.send(new UdpDatagram(port, to.port(), data).toPacket(source, to.address()));
    }

    /// {@return the port at 10.0.2.2 under which the guest knows a client: its own, if no other
    /// client has the same}
    private int portOf(InetSocketAddress client) {
        int port = client.getPort();
        while (clients.containsKey(port) && !clients.get(port).equals(client)) {
            port = port == 0xFFFF ? FIRST_FREE_PORT : port + 1;
        }
        if (clients.size() == MAX_CLIENTS && !clients.containsKey(port)) {
            clients.remove(clients.keySet().iterator().next());
        }
        clients.put(port, client);
        return port;
    }

    private void stayOpen() {
        if (idle != null) {
            idle.set(loop.now() + IDLE_MILLIS);
        }
    }

    void close() {
        idle.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone, which was the aim.
        }
        closed.run();
    }
}
