package dev.vmexit.net.user;

import dev.vmexit.net.Forward;
import dev.vmexit.net.Frame;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.tcp.TcpFlows;
import dev.vmexit.net.user.tcp.TcpListener;
import dev.vmexit.net.user.wire.ArpPacket;
import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.EthernetFrame;
import dev.vmexit.net.user.wire.IcmpMessage;
import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.UdpDatagram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/// The guest's gateway: looks at each frame, and gives it to whom it concerns. Belongs to the
/// loop's thread.
final class Router {
    private static final int DNS_PORT = 53;
    private static final InetAddress HOST_LOOPBACK = Ipv4Address.of(127, 0, 0, 1).toInetAddress();

    final TcpFlows tcp;
    final UdpFlows udp;
    final DnsForwarder dns;
    final Dhcp dhcp;
    final GuestLink guest;
    final Reassembly reassembly;
    private final IcmpEcho icmp;
    private final EventLoop loop;
    private final Drops drops;
    private final List<InetSocketAddress> resolvers;

    /// @param guest the cable to the guest
    /// @param resolvers the host's DNS servers
    /// @param random gives numbers that cannot be guessed
    Router(EventLoop loop, GuestLink guest, List<InetSocketAddress> resolvers,
            IntSupplier random, Drops drops) {
        this.loop = loop;
        this.drops = drops;
        this.resolvers = resolvers;
        this.guest = guest;
        reassembly = new Reassembly(loop, drops);
        icmp = new IcmpEcho(guest, drops);
        dhcp = new Dhcp(guest::sendTo, guest.mtu(), loop::now, drops);
        dns = new DnsForwarder(loop, guest, resolvers, random, drops);
        udp = new UdpFlows(loop, guest, this::route, drops);
        tcp = new TcpFlows(loop, guest, this::route, random, drops);
    }

    /// Listens at the host's side of a forward.
    ///
    /// @return where
    InetSocketAddress listen(Forward forward) throws IOException {
        return switch (forward.protocol()) {
            case TCP -> new TcpListener(loop, tcp, dhcp::guestAddress, VirtualNetwork.GATEWAY,
                    forward.guestPort()).bind(forward.host());
            case UDP -> udp.forward(forward.host(), dhcp::guestAddress, forward.guestPort());
        };
    }

    /// Takes a frame of the guest's.
    void receive(Frame carried) {
        byte[] bytes = carried.finished().bytes();
        Optional<EthernetFrame> parsed = EthernetFrame.parse(bytes)
                .filter(frame -> carried.isLarge() || frame.payload().length <= EthernetFrame.MTU);
        if (parsed.isEmpty()) {
            drops.count(Drop.ETHERNET);
            return;
        }
        // tag::doc-receive[]
        EthernetFrame frame = parsed.get();
        boolean forUs = frame.destination().equals(VirtualNetwork.ROUTER_MAC)
                || frame.destination().equals(MacAddress.BROADCAST);
        if (forUs && frame.etherType() == EthernetFrame.IPV4) {
            receiveIpv4(frame);
        } else if (forUs && frame.etherType() == EthernetFrame.ARP) {
            ArpPacket.parse(frame.payload()).ifPresentOrElse(guest::receiveArp,
                    () -> drops.count(Drop.ARP));
        } else {
            drops.count(Drop.NOT_FOR_US);
        }
        // end::doc-receive[]
    }

    private void receiveIpv4(EthernetFrame frame) {
        Optional<Ipv4Packet> parsed = Ipv4Packet.parse(frame.payload())
                .filter(packet -> packet.ttl() > 0 && isOfThisNetwork(packet.source()));
        if (parsed.isEmpty()) {
            drops.count(Drop.IPV4);
            return;
        }
        Ipv4Packet packet = parsed.get();
        guest.learn(packet.source(), frame.source());
        if (!packet.fragment().isWhole()) {
            reassembly.add(packet).ifPresent(this::receiveWhole);
        } else {
            receiveWhole(packet);
        }
    }

    /// A guest that asks for its address has none.
    private static boolean isOfThisNetwork(Ipv4Address source) {
        return VirtualNetwork.isGuest(source) || source.equals(Ipv4Address.ANY);
    }

    private void receiveWhole(Ipv4Packet packet) {
        if (packet.protocol() == Ipv4Packet.UDP) {
            UdpDatagram.parse(packet).ifPresentOrElse(d -> receiveUdp(packet, d),
                    () -> drops.count(Drop.UDP));
        } else if (packet.source().equals(Ipv4Address.ANY)
                || VirtualNetwork.isBroadcast(packet.destination())) {
            drops.count(Drop.NOT_FOR_US);
        } else if (mayPass(packet)) {
            switch (packet.protocol()) {
                case Ipv4Packet.ICMP -> icmp.receive(packet);
                case Ipv4Packet.TCP -> tcp.receive(packet);
                default -> drops.count(Drop.NOT_FOR_US);
            }
        }
    }

    private void receiveUdp(Ipv4Packet packet, UdpDatagram datagram) {
        boolean toUs = VirtualNetwork.isOurs(packet.destination());
        boolean broadcast = VirtualNetwork.isBroadcast(packet.destination());
        if (datagram.destinationPort() == Dhcp.SERVER_PORT && (toUs || broadcast)) {
            dhcp.receive(datagram.data());
        } else if (broadcast || packet.source().equals(Ipv4Address.ANY)) {
            drops.count(Drop.NOT_FOR_US);
        } else if (packet.destination().equals(VirtualNetwork.DNS)
                && datagram.destinationPort() == DNS_PORT) {
            dns.receive(packet, datagram);
        } else if (mayPass(packet)) {
            udp.receive(packet, datagram);
        }
    }

    /// The gateway is a hop: what may go no farther ends here, and says so, as `traceroute` needs.
    private boolean mayPass(Ipv4Packet packet) {
        if (packet.ttl() > 1 || VirtualNetwork.contains(packet.destination())) {
            return true;
        }
        drops.count(Drop.IPV4);
        guest.send(IcmpMessage.error(IcmpMessage.TIME_EXCEEDED,
                IcmpMessage.TTL_EXCEEDED_IN_TRANSIT, packet)
                .toPacket(VirtualNetwork.GATEWAY, packet.source()));
        return false;
    }

    // tag::doc-route[]
    /// The gateway stands for the host's loopback address. The guest's own packets to 127.0.0.1
    /// must not get there.
    private Optional<InetSocketAddress> route(Ipv4Address destination, int port) {
        if (destination.equals(VirtualNetwork.GATEWAY)) {
            return Optional.of(new InetSocketAddress(HOST_LOOPBACK, port));
        } else if (destination.equals(VirtualNetwork.DNS)) {
            return port == DNS_PORT ? Optional.of(resolvers.getFirst()) : Optional.empty();
        } else if (VirtualNetwork.contains(destination) || !destination.isForwardable()) {
            return Optional.empty();
        }
        return Optional.of(new InetSocketAddress(destination.toInetAddress(), port));
    }
    // end::doc-route[]

    void roomAgain() {
        tcp.roomAgain();
    }
}
