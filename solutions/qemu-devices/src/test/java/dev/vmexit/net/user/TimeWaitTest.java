package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A guest that uses its port again, ten seconds or less after the last connection from it.
@Timeout(60)
class TimeWaitTest {
    private static final int FIRST_ISS = 0x7FFF_FF00;
    private static final int TIME_WAIT_MILLIS = 10_000;

    private Lan lan;
    private ServerSocket server;
    private TcpGuest guest;

    @BeforeEach
    void close_a_connection_by_the_host_first() throws IOException {
        lan = Lan.withGuest();
        lan.random = FIRST_ISS;
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        guest = new TcpGuest(lan::send, 40_000, Wire.GATEWAY, server.getLocalPort());
        guest.open();
        server.accept().close();
        while (!guest.finReceived) {
            guest.receive(lan.await(guest::isMine), lan.now);
        }
        guest.say(new byte[0], true);
        guest.step(lan.now);
        guest.receive(lan.await(s -> guest.isMine(s) && s.ack() == guest.nxt), lan.now);
        assertThat(guest.finAcked).isTrue();
        assertThat(lan.router.tcp.size()).as("in TIME_WAIT").isEqualTo(1);
        lan.take();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        lan.close();
    }

    @Test
    void a_SYN_behind_the_old_numbers_opens_a_connection_whose_own_are_larger_too()
            throws IOException {
        int old = FIRST_ISS + 2; // SYN and FIN
        lan.random = FIRST_ISS - 1000;
        guest.segment(guest.nxt, Wire.SYN, new byte[0]);
        try (Socket socket = server.accept()) {
            Wire.Seen answer = lan.await(guest::isMine);
            assertThat(answer.flags()).isEqualTo(Wire.SYN | Wire.ACK);
            assertThat(answer.ack()).isEqualTo(guest.nxt + 1);
            assertThat(answer.seq() - old).as("how far behind the last number of old").isPositive();
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    void a_SYN_with_an_old_number_is_answered_with_an_ACK_and_opens_nothing() throws IOException {
        for (int seq : new int[]{guest.nxt - 1, guest.nxt - (1 << 30), TcpGuest.ISS}) {
            guest.segment(seq, Wire.SYN, new byte[0]);
            assertThat(lan.take()).as("to a SYN %d before the next number", guest.nxt - seq)
                    .singleElement().satisfies(answer -> {
                        assertThat(answer.flags()).isEqualTo(Wire.ACK);
                        assertThat(answer.ack()).isEqualTo(guest.nxt);
                    });
        }
        assertThat(lan.router.tcp.size()).isEqualTo(1);
    }

    @Test
    void a_SYN_with_an_old_number_does_not_prolong_TIME_WAIT_and_a_FIN_does() throws IOException {
        lan.pass(TIME_WAIT_MILLIS - 1000);
        guest.segment(guest.nxt - 1, Wire.FIN | Wire.ACK, new byte[0]);
        lan.pass(TIME_WAIT_MILLIS - 1000);
        guest.segment(TcpGuest.ISS, Wire.SYN, new byte[0]);
        assertThat(lan.router.tcp.size()).as("begun anew by the FIN").isEqualTo(1);
        lan.pass(1000);
        assertThat(lan.router.tcp.size()).as("and not by the SYN").isZero();
    }

    @Test
    void the_RST_with_which_a_guest_answers_that_ACK_frees_the_port() throws IOException {
        guest.segment(TcpGuest.ISS, Wire.SYN, new byte[0]);
        Wire.Seen challenge = lan.await(guest::isMine);
        guest.segment(challenge.ack(), Wire.RST, new byte[0]);
        guest.segment(TcpGuest.ISS, Wire.SYN, new byte[0]);
        server.accept().close();
        assertThat(lan.await(guest::isMine).flags()).isEqualTo(Wire.SYN | Wire.ACK);
    }
}
