package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.Frame;
import dev.vmexit.net.user.wire.Drop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// TCP segments for several packets, which card and network hand each other in one piece.
@Timeout(60)
class LargeSegmentTest {
    private static final int MSS = TcpGuest.MSS;
    private static final int HEADERS = 54;

    private Lan lan;
    private ServerSocket server;
    private TcpGuest guest;
    private Socket socket;

    @BeforeEach
    void connect() throws IOException {
        lan = Lan.withGuest();
        lan.large = true;
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        guest = new TcpGuest(lan::send, 40_000, Wire.GATEWAY, server.getLocalPort());
        guest.open();
        socket = server.accept();
        socket.setSoTimeout(10_000);
        guest.receive(lan.await(guest::isMine), lan.now);
        lan.take();
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        server.close();
        lan.close();
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void one_piece_of_many_packets_is_acknowledged_at_once() throws IOException {
        byte[] data = noise(20 * MSS);
        guest.segment(guest.nxt, Wire.ACK, data);
        assertThat(lan.take()).as("frames without any time passing").singleElement()
                .satisfies(ack -> assertThat(ack.ack()).isEqualTo(guest.nxt + data.length));
        assertThat(socket.getInputStream().readNBytes(data.length)).isEqualTo(data);
    }

    @Test
    void a_segment_of_one_packet_is_still_acknowledged_later() throws IOException {
        guest.segment(guest.nxt, Wire.ACK, noise(MSS));
        assertThat(lan.take()).isEmpty();
        lan.pass(40);
        assertThat(lan.take()).hasSize(1);
    }

    @Test
    void the_guest_gets_whole_packets_in_one_piece_and_the_rest_by_itself() throws IOException {
        byte[] data = noise(7 * MSS + 100);
        socket.getOutputStream().write(data);
        while (guest.received.size() < 7 * MSS) {
            Wire.Seen seen = lan.await(guest::isMine);
            int length = seen.tcpData().length;
            assertThat(length > MSS && length % MSS != 0).as("a piece of %d", length).isFalse();
            guest.receive(seen, lan.now);
        }
        assertThat(lan.largestToGuest).isGreaterThanOrEqualTo(HEADERS + 2 * MSS);
        assertThat(lan.largestToGuest).isLessThanOrEqualTo(14 + 0xFFFF);
    }

    @Test
    void a_card_that_takes_none_gets_packets() throws IOException {
        lan.large = false;
        socket.getOutputStream().write(noise(7 * MSS));
        while (guest.received.size() < 7 * MSS) {
            guest.receive(lan.await(guest::isMine), lan.now);
        }
        assertThat(lan.largestToGuest).isEqualTo(HEADERS + MSS);
    }

    @Test
    void a_long_frame_that_is_not_said_to_be_for_several_packets_is_lost() {
        lan.large = false;
        guest.segment(guest.nxt, Wire.ACK, noise(2 * MSS));
        assertThat(lan.take()).isEmpty();
        assertThat(lan.drops.toMap()).containsEntry(Drop.ETHERNET, 1L);
    }

    @Test
    void a_wrong_checksum_is_not_made_right_for_a_guest_that_says_it_is_finished() {
        byte[] frame = Wire.withoutChecksum(Wire.tcp(Wire.GATEWAY, new int[]{40_000,
                server.getLocalPort(), guest.nxt, 0, Wire.ACK, 100}, new byte[0], noise(10)));
        lan.router.receive(Frame.of(frame.clone()));
        assertThat(lan.drops.toMap()).containsKey(Drop.TCP);
        lan.router.receive(new Frame(frame, 34, 16, 0));
        assertThat(lan.drops.toMap()).containsEntry(Drop.TCP, 1L);
    }
}
