package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.net.user.tcp.TcpFlows;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpBehaviourTest {
    private Lan lan;
    private ServerSocket server;
    private TcpGuest guest;

    @BeforeEach
    void open() throws IOException {
        lan = Lan.withGuest();
        server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        guest = new TcpGuest(lan::send, 40_000, Wire.GATEWAY, server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        lan.close();
    }

    private Socket connect() throws IOException {
        guest.open();
        Socket socket = server.accept();
        socket.setSoTimeout(10_000);
        guest.receive(lan.await(guest::isMine), lan.now);
        assertThat(guest.established).isTrue();
        return socket;
    }

    private void deliverAll() throws IOException {
        lan.loop.turn(0);
        lan.take().forEach(seen -> guest.receive(seen, lan.now));
    }

    @Test
    void SYN_is_answered_with_MSS_and_window_scale_once_the_host_is_connected()
            throws IOException {
        guest.open();
        assertThat(lan.take()).as("the host decides first").isEmpty();
        Wire.Seen answer = lan.await(guest::isMine);
        assertThat(answer.flags()).isEqualTo(Wire.SYN | Wire.ACK);
        assertThat(answer.ack()).isEqualTo(TcpGuest.ISS + 1);
        assertThat(answer.hex(54, 62)).isEqualTo("020405b401030302");
    }

    @Test
    void a_closed_port_of_the_host_refuses_with_RST() throws IOException {
        server.close();
        guest.open();
        Wire.Seen answer = lan.await(guest::isMine);
        assertThat(answer.flags()).isEqualTo(Wire.RST | Wire.ACK);
        assertThat(answer.ack()).isEqualTo(TcpGuest.ISS + 1);
        assertThat(lan.router.tcp.size()).isZero();
    }

    @Test
    void a_segment_of_no_connection_is_answered_with_RST_unless_it_is_one() {
        guest.segment(5, Wire.ACK, new byte[3]);
        guest.segment(5, Wire.RST, new byte[0]);
        assertThat(lan.take()).singleElement()
                .satisfies(s -> assertThat(s.flags()).isEqualTo(Wire.RST));
    }

    @Test
    void RST_of_the_guest_reaches_the_host_if_it_is_the_next_byte() throws IOException {
        try (Socket socket = connect()) {
            guest.segment(guest.nxt + 9, Wire.RST, new byte[0]);
            assertThat(lan.router.tcp.size()).as("only asked about").isEqualTo(1);
            guest.segment(guest.nxt, Wire.RST, new byte[0]);
            assertThat(lan.router.tcp.size()).isZero();
            lan.loop.turn(0); // a selector lets go of a closed socket when it selects
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void RST_of_the_host_reaches_the_guest() throws IOException {
        Socket socket = connect();
        socket.setSoLinger(true, 0);
        socket.close();
        Wire.Seen reset = lan.await(s -> guest.isMine(s) && (s.flags() & Wire.RST) != 0);
        assertThat(reset.ack()).isEqualTo(TcpGuest.ISS + 1);
        assertThat(lan.router.tcp.size()).isZero();
    }

    @Test
    void a_connection_is_closed_by_the_host_first_and_then_by_the_guest() throws IOException {
        try (Socket socket = connect()) {
            socket.shutdownOutput();
            guest.receive(lan.await(s -> guest.isMine(s) && (s.flags() & Wire.FIN) != 0), 0);
            assertThat(guest.finReceived).isTrue();
            guest.say(new byte[]{42}, true);
            guest.step(lan.now);
            assertThat(socket.getInputStream().readAllBytes()).containsExactly(42);
            deliverAll();
            assertThat(guest.finAcked).isTrue();
        }
    }

    @Test
    void a_FIN_that_the_guest_has_acknowledged_is_not_sent_again() throws IOException {
        try (Socket socket = connect()) {
            socket.shutdownOutput();
            guest.receive(lan.await(s -> guest.isMine(s) && (s.flags() & Wire.FIN) != 0), 0);
            guest.say(new byte[]{42}, false);
            guest.step(lan.now);
            var answers = new ArrayList<Wire.Seen>();
            while (answers.isEmpty()) {
                lan.now++;
                lan.loop.turn(0);
                answers.addAll(lan.take());
            }
            assertThat(answers).noneMatch(s -> (s.flags() & Wire.FIN) != 0);
        }
    }

    @Test
    void a_host_that_does_not_read_closes_the_window() throws IOException {
        try (Socket socket = connect()) {
            guest.say(new byte[16 << 20], false);
            for (int quiet = 0; quiet < 50; quiet++) {
                if (guest.step(lan.now)) {
                    quiet = 0;
                }
                deliverAll();
                lan.now++;
            }
            assertThat(guest.routerWindow).isLessThan(TcpGuest.MSS);
            int read = 0;
            var buffer = new byte[1 << 16];
            while (read < 16 << 20) {
                read += socket.getInputStream().available() == 0
                        ? 0
                        : socket.getInputStream().read(buffer);
                lan.loop.turn(0);
                deliverAll();
                guest.step(lan.now);
                lan.now += 10;
            }
        }
    }

    @Test
    void a_closed_window_of_the_guests_is_probed_with_one_byte_until_it_opens()
            throws IOException {
        try (Socket socket = connect()) {
            guest.window = 0;
            guest.ack();
            socket.getOutputStream().write(new byte[]{1, 2, 3});
            lan.loop.turn(1000);
            assertThat(lan.take()).isEmpty();
            for (int i = 0; i < 20; i++) { // far more than the retries of a dead guest
                lan.pass(60_000);
                assertThat(lan.take()).as("probe " + i).singleElement()
                        .satisfies(probe -> assertThat(probe.tcpData()).containsExactly(1));
                guest.ack();
            }
            guest.window = 0xFFFF;
            guest.ack();
            deliverAll();
            assertThat(guest.received.toByteArray()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void what_the_guest_had_no_room_for_comes_when_it_has() throws IOException {
        try (Socket socket = connect()) {
            lan.room = false;
            socket.getOutputStream().write(new byte[]{1, 2, 3});
            lan.loop.turn(1000);
            assertThat(lan.take()).isEmpty();
            lan.room = true;
            lan.router.roomAgain();
            deliverAll();
            assertThat(guest.received.toByteArray()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void three_duplicate_ACKs_bring_the_lost_segment_without_a_timeout() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(new byte[5 * TcpGuest.MSS]);
            Wire.Seen first = lan.await(s -> guest.isMine(s) && s.tcpData().length > 0);
            lan.loop.turn(10);
            lan.take();
            guest.ack();
            guest.ack();
            assertThat(lan.take()).isEmpty();
            guest.ack();
            assertThat(lan.take()).first()
                    .satisfies(s -> assertThat(s.seq()).isEqualTo(first.seq()));
        }
    }

    @Test
    void a_guest_that_never_answers_is_given_up() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(1);
            lan.loop.turn(1000);
            for (int i = 0; i < 20; i++) {
                lan.pass(60_000);
            }
            assertThat(lan.router.tcp.size()).isZero();
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void connections_are_bounded_and_the_excess_is_refused() throws IOException {
        for (int port = 1; port <= TcpFlows.MAX_CONNECTIONS + 10; port++) {
            new TcpGuest(lan::send, port, Wire.GATEWAY, server.getLocalPort()).open();
        }
        assertThat(lan.router.tcp.size()).isEqualTo(TcpFlows.MAX_CONNECTIONS);
        assertThat(lan.take()).hasSize(10)
                .allSatisfy(s -> assertThat(s.flags()).isEqualTo(Wire.RST | Wire.ACK));
    }
}
