package dev.vmexit.net.user;

import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.PacketSink;
import dev.vmexit.net.user.wire.UdpDatagram;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;

/// 10.0.2.3, port 53: passes queries on to the host's resolvers, one after the other, and their
/// answers back. If none answers, the guest gets SERVFAIL.
///
/// Over TCP the guest is simply connected to the first resolver, by [Router].
///
/// @spec https://www.rfc-editor.org/rfc/rfc1035 RFC 1035, section 4.1.1 "Header section format"
final class DnsForwarder {
    static final int MAX_QUERIES = 64;

    private final Set<DnsQuery> queries = new HashSet<>();
    private final EventLoop loop;
    private final PacketSink guest;
    private final List<InetSocketAddress> resolvers;
    private final IntSupplier random;
    private final Drops drops;

    /// @param random gives transaction identifiers that cannot be guessed
    DnsForwarder(EventLoop loop, PacketSink guest, List<InetSocketAddress> resolvers,
            IntSupplier random, Drops drops) {
        this.loop = loop;
        this.guest = guest;
        this.resolvers = resolvers;
        this.random = random;
        this.drops = drops;
    }

    void receive(Ipv4Packet packet, UdpDatagram datagram) {
        if (!DnsHeader.isQuery(datagram.data())) {
            drops.count(Drop.DNS);
        } else if (queries.size() == MAX_QUERIES) {
            drops.count(Drop.LIMIT);
            answer(packet, datagram, DnsHeader.serverFailure(datagram.data()));
        } else {
            var query = new DnsQuery(loop, datagram.data(), random.getAsInt() & 0xFFFF, resolvers);
            queries.add(query);
            query.begin(response -> {
                queries.remove(query);
                answer(packet, datagram, response);
            });
        }
    }

    private void answer(Ipv4Packet packet, UdpDatagram query, byte[] response) {
        guest.send(new UdpDatagram(query.destinationPort(), query.sourcePort(), response)
                .toPacket(packet.destination(), packet.source()));
    }

    int size() {
        return queries.size();
    }
}
