package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.Forward;
import dev.vmexit.net.user.wire.Drop;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/// UDP and DNS over real sockets of the loopback interface.
class DatagramTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final byte[] QUERY = Wire.hex("beef 0100 0001 0000 0000 0000 01610000010001");

    private static DatagramSocket socket() throws IOException {
        var socket = new DatagramSocket(0, LOOPBACK);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        var packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        return packet;
    }

    private static byte[] data(DatagramPacket packet) {
        return java.util.Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static void answer(DatagramSocket socket, DatagramPacket to, byte[] data)
            throws IOException {
        socket.send(new DatagramPacket(data, data.length, to.getSocketAddress()));
    }

    @Test
    void a_datagram_to_the_gateway_reaches_the_host_and_the_answer_the_guest() throws IOException {
        try (var lan = Lan.withGuest(); var host = socket()) {
            lan.send(Wire.udp(Wire.GATEWAY, 5000, host.getLocalPort(), new byte[]{1, 2}));
            DatagramPacket arrived = receive(host);
            assertThat(data(arrived)).containsExactly(1, 2);
            answer(host, arrived, new byte[]{3});
            Wire.Seen seen = lan.await(s -> s.isIp(17));
            assertThat(seen.source()).isEqualTo(Wire.GATEWAY);
            assertThat(seen.sourcePort()).isEqualTo(host.getLocalPort());
            assertThat(seen.destinationPort()).isEqualTo(5000);
            assertThat(seen.udpData()).containsExactly(3);
            lan.pass(UdpSocket.IDLE_MILLIS);
            assertThat(lan.router.udp.size()).as("idle").isZero();
        }
    }

    @Test
    void the_flows_are_bounded_and_the_idlest_makes_room() throws IOException {
        try (var lan = Lan.withGuest(); var host = socket()) {
            for (int port = 1000; port < 1000 + 2 * UdpFlows.MAX_FLOWS; port++) {
                lan.send(Wire.udp(Wire.GATEWAY, port, host.getLocalPort(), new byte[1]));
            }
            assertThat(lan.router.udp.size()).isEqualTo(UdpFlows.MAX_FLOWS);
            assertThat(lan.drops.of(Drop.LIMIT)).isEqualTo(UdpFlows.MAX_FLOWS);
        }
    }

    @Test
    void what_leads_nowhere_is_unreachable() throws IOException {
        try (var lan = Lan.withGuest()) {
            lan.send(Wire.udp(0x0A00_0263, 5000, 7, new byte[1])); // 10.0.2.99
            lan.send(Wire.udp(0x7F00_0001, 5000, 7, new byte[1]));
            assertThat(lan.take()).extracting(s -> s.hex(34, 36)).containsExactly("0301", "0301");
            assertThat(lan.router.udp.size()).isZero();
        }
    }

    @Test
    void a_forwarded_port_brings_datagrams_from_the_gateway_and_answers_back() throws IOException {
        try (var lan = Lan.withGuest(); var client = socket()) {
            InetSocketAddress at = lan.router.listen(Forward.parse("udp:0:69"));
            client.send(new DatagramPacket(new byte[]{7}, 1, at));
            Wire.Seen seen = lan.await(s -> s.isIp(17));
            assertThat(seen.source()).isEqualTo(Wire.GATEWAY);
            assertThat(seen.destinationPort()).isEqualTo(69);
            lan.send(Wire.udp(Wire.GATEWAY, 69, seen.sourcePort(), new byte[]{8}));
            DatagramPacket answer = receive(client);
            assertThat(data(answer)).containsExactly(8);
            assertThat(answer.getPort()).isEqualTo(at.getPort());
        }
    }

    @Test
    void a_query_goes_to_the_resolver_with_another_identifier_and_comes_back_with_its_own()
            throws IOException {
        try (var resolver = socket();
                var lan = Lan.withGuest((InetSocketAddress) resolver.getLocalSocketAddress())) {
            lan.random = 0x1234;
            lan.send(Wire.udp(Wire.DNS, 5000, 53, QUERY));
            DatagramPacket asked = receive(resolver);
            byte[] response = data(asked);
            assertThat(response).startsWith(0x12, 0x34).hasSize(QUERY.length);
            response[2] |= (byte) 0x80;
            byte[] forged = response.clone();
            forged[1] ^= 1;
            answer(resolver, asked, forged);
            answer(resolver, asked, response);
            Wire.Seen seen = lan.await(s -> s.isIp(17));
            assertThat(seen.source()).isEqualTo(Wire.DNS);
            assertThat(seen.udpData()).startsWith(0xBE, 0xEF, 0x81);
            assertThat(lan.router.dns.size()).isZero();
        }
    }

    @Test
    void resolvers_that_are_silent_or_gone_end_in_SERVFAIL() throws IOException {
        DatagramSocket gone = socket();
        var nobody = (InetSocketAddress) gone.getLocalSocketAddress();
        gone.close();
        try (var silent = socket();
                var lan = Lan.withGuest(nobody,
                        (InetSocketAddress) silent.getLocalSocketAddress())) {
            lan.send(Wire.udp(Wire.DNS, 5000, 53, QUERY));
            lan.loop.turn(1000);
            receive(silent);
            lan.pass(DnsQuery.TIMEOUT_MILLIS);
            assertThat(lan.await(s -> s.isIp(17)).hex(42, 54))
                    .isEqualTo("beef81820000000000000000");
        }
    }

    @Test
    void the_queries_are_bounded_and_the_excess_gets_SERVFAIL() throws IOException {
        try (var silent = socket();
                var lan = Lan.withGuest((InetSocketAddress) silent.getLocalSocketAddress())) {
            for (int i = 0; i < 100; i++) {
                lan.send(Wire.udp(Wire.DNS, 5000 + i, 53, QUERY));
            }
            assertThat(lan.router.dns.size()).isEqualTo(DnsForwarder.MAX_QUERIES);
            assertThat(lan.take()).hasSize(100 - DnsForwarder.MAX_QUERIES);
        }
    }

    @Test
    void resolvers_are_read_from_resolv_conf() {
        assertThat(Resolvers.parse(List.of("# a", "nameserver 10.1.1.1 ", "nameserver nonsense",
                "search x", "nameserver ::1"))).extracting(a -> a.getAddress().getHostAddress())
                .containsExactly("10.1.1.1", "0:0:0:0:0:0:0:1");
        assertThat(Resolvers.parse(List.of())).containsExactly(
                new InetSocketAddress("127.0.0.53", 53));
    }
}
