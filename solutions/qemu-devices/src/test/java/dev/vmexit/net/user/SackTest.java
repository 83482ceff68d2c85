package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// SACK blocks both ways, segment by segment. Sequence numbers in the tests count from behind the
/// SYNs.
///
/// @spec https://www.rfc-editor.org/rfc/rfc2018 RFC 2018 "TCP Selective Acknowledgment Options"
@Timeout(60)
class SackTest {
    private static final int MSS = TcpGuest.MSS;
    private static final int SEGMENTS = 8;

    private Lan lan;
    private ServerSocket server;
    private TcpGuest guest;
    private int routerIss;

    @BeforeEach
    void open() throws IOException {
        lan = Lan.withGuest();
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        guest = new TcpGuest(lan::send, 40_000, Wire.GATEWAY, server.getLocalPort());
        guest.sacks = true;
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        lan.close();
    }

    private static String options(Wire.Seen seen) {
        return seen.hex(54, 34 + (seen.u8(46) >>> 4) * 4);
    }

    private Socket connect() throws IOException {
        guest.open();
        Socket socket = server.accept();
        Wire.Seen answer = lan.await(guest::isMine);
        routerIss = answer.seq();
        guest.receive(answer, lan.now);
        return socket;
    }

    /// The guest sends bytes `from` to `to`.
    private void data(int from, int to) {
        guest.segment(TcpGuest.ISS + 1 + from, Wire.ACK, new byte[to - from]);
    }

    /// The guest acknowledges up to `ack`, and has the stretches behind it.
    private void acknowledge(int ack, int... stretches) {
        int[] numbers = {40_000, server.getLocalPort(), TcpGuest.ISS + 1, routerIss + 1 + ack,
                Wire.ACK, 0xFFFF};
        var blocks = new StringBuilder();
        for (int edge : stretches) {
            blocks.append("%08x".formatted(routerIss + 1 + edge));
        }
        lan.send(Wire.tcp(Wire.GATEWAY, numbers, Wire.hex(stretches.length == 0
                ? ""
                : "010105%02x".formatted(2 + 4 * stretches.length) + blocks), new byte[0]));
    }

    private static int[] segments(int... edges) {
        return IntStream.of(edges).map(edge -> edge * MSS).toArray();
    }

    /// {@return which segments the guest got since the last look, in units of the MSS}
    private List<Integer> sent() {
        return lan.take().stream().filter(s -> guest.isMine(s) && s.tcpData().length > 0)
                .map(s -> (s.seq() - routerIss - 1) / MSS).toList();
    }

    /// The host sends eight segments at once.
    private void sendSegments(Socket socket) throws IOException {
        socket.getOutputStream().write(new byte[SEGMENTS * MSS]);
        var seen = new ArrayList<Integer>();
        while (seen.size() < SEGMENTS) {
            lan.loop.turn(1);
            seen.addAll(sent());
        }
        assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void what_came_in_one_piece_tells_of_a_loss_with_one_acknowledgment() throws IOException {
        try (Socket socket = connect()) {
            sendSegments(socket);
            acknowledge(0, segments(1, 3));
            assertThat(sent()).as("two packets behind a hole").isEmpty();
            acknowledge(0, segments(1, 4));
            assertThat(sent()).as("three").containsExactly(0);
        }
    }

    @Test
    void SACK_permitted_is_answered_with_it_and_offered_to_a_guest_s_server() throws IOException {
        guest.open();
        assertThat(options(lan.await(guest::isMine))).isEqualTo("020405b40103030201010402");
        int port = lan.router.listen(dev.vmexit.net.Forward.parse("0:22")).getPort();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            Wire.Seen syn = lan.await(s -> s.isIp(6) && s.destinationPort() == 22);
            assertThat(options(syn)).endsWith("01010402");
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    void what_came_behind_a_gap_is_told_with_the_block_that_grew_last_first() throws IOException {
        try (Socket _ = connect()) {
            lan.take();
            int[][] stretches = {{100, 200}, {300, 400}, {500, 600}, {700, 800}, {900, 1000},
                    {200, 250}};
            for (int[] stretch : stretches) {
                data(stretch[0], stretch[1]);
            }
            List<Wire.Seen> acks = lan.take();
            assertThat(acks).hasSize(6).allMatch(a -> a.ack() == TcpGuest.ISS + 1);
            assertThat(options(acks.get(0))).isEqualTo("0101050a" + blocks(100, 200));
            assertThat(options(acks.get(1))).isEqualTo("01010512" + blocks(300, 400, 100, 200));
            assertThat(options(acks.get(5))).as("the first has grown, and only four have room")
                    .isEqualTo("01010522" + blocks(100, 250, 900, 1000, 700, 800, 500, 600));
            data(0, 300);
            Wire.Seen filled = lan.take().getLast();
            assertThat(filled.ack()).isEqualTo(TcpGuest.ISS + 1 + 400);
            assertThat(options(filled)).isEqualTo("0101051a"
                    + blocks(900, 1000, 700, 800, 500, 600));
            data(400, 900);
            assertThat(options(lan.take().getLast())).as("no gap, no block").isEmpty();
        }
    }

    private static String blocks(int... edges) {
        var hex = new StringBuilder();
        for (int edge : edges) {
            hex.append(HexFormat.of().toHexDigits(TcpGuest.ISS + 1 + edge));
        }
        return hex.toString();
    }

    @Test
    void a_guest_that_did_not_ask_for_blocks_gets_none() throws IOException {
        guest.sacks = false;
        try (Socket _ = connect()) {
            lan.take();
            data(100, 200);
            assertThat(options(lan.take().getFirst())).isEmpty();
        }
    }

    @Test
    void a_full_segment_has_no_room_for_blocks_and_an_ACK_with_them_follows() throws IOException {
        try (Socket socket = connect()) {
            sendSegments(socket);
            socket.getOutputStream().write(new byte[MSS]);
            lan.room = false;
            data(100, 200); // its acknowledgment is due and cannot go out
            lan.loop.turn(1000);
            lan.room = true;
            lan.router.roomAgain();
            List<Wire.Seen> frames = lan.take();
            assertThat(frames).allMatch(s -> s.bytes().length <= 1514);
            assertThat(frames.getFirst().tcpData()).hasSize(MSS);
            assertThat(options(frames.getLast())).isEqualTo("0101050a" + blocks(100, 200));
        }
    }

    @Test
    void each_duplicate_ACK_brings_one_hole_and_what_the_guest_has_is_not_sent_again()
            throws IOException {
        try (Socket socket = connect()) {
            sendSegments(socket); // 0, 2 and 5 are lost
            acknowledge(0, segments(1, 2));
            acknowledge(0, segments(3, 4, 1, 2));
            assertThat(sent()).as("two duplicates are no loss").isEmpty();
            acknowledge(0, segments(3, 5, 1, 2));
            assertThat(sent()).containsExactly(0);
            acknowledge(0, segments(6, 7, 3, 5, 1, 2));
            assertThat(sent()).containsExactly(2);
            acknowledge(0, segments(6, 8, 3, 5, 1, 2));
            assertThat(sent()).containsExactly(5);
            acknowledge(2 * MSS, segments(6, 8, 3, 5));
            acknowledge(5 * MSS, segments(6, 8));
            acknowledge(8 * MSS);
            assertThat(sent()).as("each hole once").isEmpty();
        }
    }

    @Test
    void a_loss_at_the_end_of_which_no_block_tells_is_sent_again_too() throws IOException {
        try (Socket socket = connect()) {
            sendSegments(socket); // 0 and 7 are lost
            for (int last = 2; last <= 7; last++) {
                acknowledge(0, segments(1, last));
            }
            assertThat(sent()).containsExactly(0);
            acknowledge(7 * MSS);
            assertThat(sent()).containsExactly(7);
        }
    }

    @Test
    void after_a_timeout_the_blocks_of_before_count_no_more_and_new_ones_do() throws IOException {
        try (Socket socket = connect()) {
            sendSegments(socket);
            acknowledge(0, segments(1, 2));
            lan.pass(1000);
            assertThat(sent()).as("the window begins with one segment").containsExactly(0);
            acknowledge(MSS);
            assertThat(sent()).as("the guest may have thrown 1 away").containsExactly(1, 2);
            acknowledge(2 * MSS, segments(3, 7));
            assertThat(sent()).as("3 to 6 are there, and 2 is under way").isEmpty();
            acknowledge(7 * MSS);
            assertThat(sent()).containsExactly(7);
        }
    }
}
