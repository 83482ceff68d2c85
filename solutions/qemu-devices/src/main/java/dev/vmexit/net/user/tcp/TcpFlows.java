package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.HostRoute;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.PacketSink;
import dev.vmexit.net.user.wire.TcpSegment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;

/// All TCP connections of the guest. Belongs to the loop's thread.
public final class TcpFlows {
    /// Each may keep two buffers of 128 KiB and a file descriptor of the host's.
    public static final int MAX_CONNECTIONS = 512;

    private static final int FIRST_FREE_PORT = 1024;
    private static final int LAST_PORT = 0xFFFF;

    private final Map<Flow, TcpConnection> connections = new LinkedHashMap<>();
    private final TcpSetting setting;
    private final HostRoute route;
    private final Drops drops;

    /// @param guest takes the packets for the guest
    /// @param route where connections of the guest's lead
    /// @param initialSequence gives initial sequence numbers that cannot be guessed
    public TcpFlows(EventLoop loop, PacketSink guest, HostRoute route,
            IntSupplier initialSequence, Drops drops) {
        this.setting = new TcpSetting(loop, guest, initialSequence, this::forget);
        this.route = route;
        this.drops = drops;
    }

    private void forget(TcpConnection ended) {
        connections.remove(ended.flow, ended);
    }

    /// Takes a packet of the guest's that says it is TCP.
    public void receive(Ipv4Packet packet) {
        Optional<TcpSegment> parsed = TcpSegment.parse(packet);
        if (parsed.isEmpty()) {
            drops.count(Drop.TCP);
            return;
        }
        TcpSegment segment = parsed.get();
        Flow flow = Flow.of(packet, segment);
        TcpConnection known = connections.get(flow);
        boolean opens = segment.has(TcpSegment.SYN) && !segment.has(TcpSegment.ACK)
                && !segment.has(TcpSegment.RST);
        int iss = setting.initialSequence().getAsInt();
        // tag::doc-find[]
        if (known != null && opens && known.mayBeReopenedBy(segment)) {
            iss = known.sequenceBehind(iss);
            known.drop();
            known = null;
        }
        // end::doc-find[]
        if (known != null && known.state() != TcpState.CLOSED) {
            known.receive(segment);
        } else if (opens && known == null) {
            open(new TcpConnection(flow, setting, iss), packet, segment);
        } else if (!segment.has(TcpSegment.RST)) {
            setting.guest().send(flow.packet(TcpReset.to(segment)));
        }
    }

    private void open(TcpConnection connection, Ipv4Packet packet, TcpSegment syn) {
        Flow flow = connection.flow;
        Optional<InetSocketAddress> to = route.to(flow.remote(), flow.remotePort());
        if (to.isEmpty() || flow.remotePort() == 0 || !hasRoom()) {
            drops.count(to.isEmpty() ? Drop.TCP : Drop.LIMIT);
            setting.guest().send(flow.packet(TcpReset.to(syn)));
            return;
        }
        connections.put(flow, connection);
        connection.connect(packet, syn, to.get());
    }

    /// A connection that only waits for stray segments makes room for a new one.
    private boolean hasRoom() {
        if (connections.size() < MAX_CONNECTIONS) {
            return true;
        }
        Optional<TcpConnection> waiting = connections.values().stream()
                .filter(c -> c.state() == TcpState.TIME_WAIT).findFirst();
        waiting.ifPresent(TcpConnection::drop);
        return waiting.isPresent();
    }

    /// Continues a connection to the host at the guest's port.
    ///
    /// @param wanted the flow as the guest shall see it; if the remote port is taken, it is another
    void forward(SocketChannel accepted, Flow wanted) {
        Flow flow = wanted;
        while (connections.containsKey(flow)) { // ends: there are more ports than connections
            int port = flow.remotePort() == LAST_PORT ? FIRST_FREE_PORT : flow.remotePort() + 1;
            flow = new Flow(flow.guest(), flow.guestPort(), flow.remote(), port);
        }
        if (!hasRoom()) {
            drops.count(Drop.LIMIT);
            HostSocket.reset(accepted);
            return;
        }
        var connection = new TcpConnection(flow, setting,
                setting.initialSequence().getAsInt());
        connections.put(flow, connection);
        try {
            connection.forward(accepted);
        } catch (IOException e) {
            connections.remove(flow);
            HostSocket.reset(accepted);
        }
    }

    /// The guest has room for frames again.
    public void roomAgain() {
        List.copyOf(connections.values()).forEach(TcpConnection::roomAgain);
    }

    /// {@return the number of connections there are}
    public int size() {
        return connections.size();
    }

    /// Resets all connections of the host's; the guest is told nothing.
    public void close() {
        List.copyOf(connections.values()).forEach(TcpConnection::drop);
    }
}
