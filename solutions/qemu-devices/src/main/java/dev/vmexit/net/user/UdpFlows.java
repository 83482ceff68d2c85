package dev.vmexit.net.user;

import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.HostRoute;
import dev.vmexit.net.user.wire.IcmpMessage;
import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.PacketSink;
import dev.vmexit.net.user.wire.UdpDatagram;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The guest's UDP: a socket of the host's for each port that the guest sends from. Whoever sends
/// to that socket reaches the guest, as behind most home routers.
final class UdpFlows {
    static final int MAX_FLOWS = 256;

    /// One end of the guest's.
    record End(Ipv4Address address, int port) {}

    /// In the order of their last use, so that the idlest makes room.
    private final Map<End, UdpSocket> sockets = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Integer, UdpSocket> forwards = new LinkedHashMap<>();
    private final EventLoop loop;
    private final PacketSink guest;
    private final HostRoute route;
    private final Drops drops;

    UdpFlows(EventLoop loop, PacketSink guest, HostRoute route, Drops drops) {
        this.loop = loop;
        this.guest = guest;
        this.route = route;
        this.drops = drops;
    }

    /// Takes a datagram of the guest's.
    void receive(Ipv4Packet packet, UdpDatagram datagram) {
        var end = new End(packet.source(), datagram.sourcePort());
        Optional<InetSocketAddress> to = route.to(packet.destination(),
                datagram.destinationPort());
        if (to.isEmpty() || datagram.destinationPort() == 0) {
            drops.count(Drop.UDP);
            refuse(packet, IcmpMessage.HOST_UNREACHABLE);
            return;
        }
        try {
            UdpSocket socket = forwards.get(end.port());
            if (socket == null) {
                socket = socket(end);
            }
            socket.send(datagram, packet.destination(), to.get());
        } catch (IOException | RuntimeException e) {
            drops.count(Drop.UDP);
            refuse(packet, IcmpMessage.PORT_UNREACHABLE);
        }
    }

    private void refuse(Ipv4Packet packet, int code) {
        if (VirtualNetwork.mayBeToldOf(packet)) {
            guest.send(IcmpMessage.error(IcmpMessage.DESTINATION_UNREACHABLE, code, packet)
                    .toPacket(VirtualNetwork.GATEWAY, packet.source()));
        }
    }

    private UdpSocket socket(End end) throws IOException {
        UdpSocket known = sockets.get(end);
        if (known != null) {
            return known;
        }
        if (sockets.size() == MAX_FLOWS) {
            UdpSocket idlest = sockets.values().iterator().next();
            drops.count(Drop.LIMIT);
            idlest.close();
        }
        UdpSocket socket = UdpSocket.open(loop, guest, () -> end, () -> sockets.remove(end));
        sockets.put(end, socket);
        return socket;
    }

    /// Listens at a port of the host for the guest's.
    ///
    /// @return where
    /// @throws IOException if the address is not the host's or the port is taken
    InetSocketAddress forward(InetSocketAddress at, java.util.function.Supplier<Ipv4Address> to,
            int guestPort) throws IOException {
        UdpSocket socket = UdpSocket.listen(loop, guest, () -> new End(to.get(), guestPort), at);
        forwards.put(guestPort, socket);
        return socket.localAddress();
    }

    int size() {
        return sockets.size();
    }
}
