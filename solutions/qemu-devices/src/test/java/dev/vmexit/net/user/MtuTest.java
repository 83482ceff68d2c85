package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A card that takes packets of 600 bytes gets none that are larger, whoever makes them.
class MtuTest {
    private static final int MTU = 600;
    private static final int MSS = MTU - 40;

    private Lan lan;

    @BeforeEach
    void open() throws IOException {
        lan = new Lan(MTU).introduceGuest();
    }

    @AfterEach
    void close() throws IOException {
        lan.close();
    }

    @Test
    void DHCP_tells_it() {
        byte[] discover = new byte[300];
        byte[] head = Wire.hex("01010600 cafe0001");
        System.arraycopy(head, 0, discover, 0, head.length);
        System.arraycopy(Wire.hex(Wire.GUEST_MAC), 0, discover, 28, 6);
        byte[] options = Wire.hex("63825363 350101 ff");
        System.arraycopy(options, 0, discover, 236, options.length);
        byte[] frame = Wire.ip(0, -1, 17, Wire.udpPayload(68, 67, discover));
        System.arraycopy(Wire.hex(Wire.EVERYBODY), 0, frame, 0, 6);
        lan.send(frame);
        Wire.Seen offer = lan.take().getFirst();
        assertThat(offer.hex(42 + 240, offer.bytes().length)).as("option 26, Interface MTU")
                .contains("1a020258");
    }

    @Test
    void a_larger_reply_comes_in_fragments_of_at_most_the_MTU() {
        lan.send(Wire.echo(Wire.GATEWAY, 64, new byte[1000]));
        List<Wire.Seen> reply = lan.take();
        assertThat(reply).hasSize(2).allSatisfy(
                frame -> assertThat(frame.bytes()).hasSizeLessThanOrEqualTo(14 + MTU));
    }

    @Test
    void TCP_offers_and_sends_segments_that_fit_it() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var guest = new TcpGuest(lan::send, 40_000, Wire.GATEWAY, server.getLocalPort());
            guest.open();
            try (Socket socket = server.accept()) {
                Wire.Seen answer = lan.await(guest::isMine);
                assertThat(answer.hex(54, 58)).as("the MSS option").isEqualTo("02040230");
                guest.receive(answer, lan.now);
                socket.getOutputStream().write(new byte[2 * MSS]);
                Wire.Seen first = lan.await(seen -> seen.isIp(6) && seen.tcpData().length > 0);
                assertThat(first.tcpData()).hasSize(MSS);
            }
        }
    }
}
