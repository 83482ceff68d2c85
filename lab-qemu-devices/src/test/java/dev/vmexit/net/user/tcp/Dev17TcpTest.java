package dev.vmexit.net.user.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.PacketSink;
import dev.vmexit.net.user.wire.TcpOptions;
import dev.vmexit.net.user.wire.TcpSegment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A guest's end of one connection, segment by segment, and a server on the host's loopback.
class Dev17TcpTest {
    private static final Ipv4Address GUEST = Ipv4Address.of(10, 0, 2, 15);
    private static final Ipv4Address REMOTE = Ipv4Address.of(93, 184, 215, 14);
    /// The sign changes behind 16 bytes.
    private static final int ISS = 0x7FFF_FFEF;
    private static final int SERVER_ISS = 1000;
    private static final int SYN = TcpSegment.SYN;
    private static final int ACK = TcpSegment.ACK;
    private static final int FIN = TcpSegment.FIN;
    private static final int RST = TcpSegment.RST;
    private static final int MOST_WAITS = 5_000;

    private final ArrayDeque<TcpSegment> toGuest = new ArrayDeque<>();
    private EventLoop loop;
    private ServerSocket server;
    private TcpFlows flows;

    private final class Guest implements PacketSink {
        @Override
        public boolean send(Ipv4Packet packet) {
            return toGuest.add(TcpSegment.parse(packet).orElseThrow());
        }

        @Override
        public int mtu() {
            return 1500;
        }
    }

    @BeforeEach
    void open() throws IOException {
        loop = new EventLoop(() -> 0); // no timer runs out
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var there = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
        flows = new TcpFlows(loop, new Guest(), (_, _) -> Optional.of(there), () -> SERVER_ISS,
                new Drops());
    }

    @AfterEach
    void close() throws IOException {
        flows.close();
        loop.close();
        server.close();
    }

    /// @param at how many bytes behind the guest's SYN the data begins, less one
    private void guest(int flags, int at, int ack, String data) {
        var segment = new TcpSegment(40_000, 80, ISS + 1 + at, ack, flags, 0xFFFF,
                TcpOptions.NONE, data.getBytes(StandardCharsets.US_ASCII));
        flows.receive(segment.toPacket(GUEST, REMOTE));
    }

    private void data(int at, String text) {
        guest(ACK, at, SERVER_ISS + 1, text);
    }

    private TcpSegment await(String what, Predicate<TcpSegment> wanted) throws IOException {
        for (int i = 0; i < MOST_WAITS; i++) {
            while (!toGuest.isEmpty()) {
                TcpSegment segment = toGuest.remove();
                if (wanted.test(segment)) {
                    return segment;
                }
            }
            loop.turn(1);
        }
        throw new AssertionError("the guest never got " + what);
    }

    private Socket connect() throws IOException {
        guest(SYN, -1, 0, "");
        Socket socket = server.accept();
        socket.setSoTimeout(10_000);
        await("a SYN with ACK", segment -> segment.has(SYN) && segment.has(ACK));
        guest(ACK, 0, SERVER_ISS + 1, "");
        return socket;
    }

    private static String read(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }

    /// The guest gets an acknowledgment, which asks for this byte, as [#data] counts.
    private void isAskedFor(int byteNumber, String after) {
        assertThat(toGuest).as("the acknowledgment, when %s", after).isNotEmpty();
        assertThat(toGuest.removeLast().ack() - ISS - 1)
                .as("the byte that the guest is asked for, when %s", after).isEqualTo(byteNumber);
        toGuest.clear();
    }

    @Test
    @Graded(exercise = "dev-17", id = "dev-17.open", points = 2)
    void a_connection_is_open_with_the_ACK_of_our_SYN_and_of_nothing_else() throws IOException {
        guest(SYN, -1, 0, "");
        try (Socket socket = server.accept()) {
            socket.setSoTimeout(10_000);
            TcpSegment answer = await("a SYN with ACK", segment -> segment.has(SYN));
            assertThat(answer.ack() - ISS).as("the answer acknowledges the guest's SYN")
                    .isEqualTo(1);
            guest(ACK, 0, SERVER_ISS + 77, "");
            assertThat(toGuest).as("the answer to an ACK of what was never sent").isNotEmpty();
            assertThat(toGuest.removeFirst().has(RST)).as("it is a RST").isTrue();
            toGuest.clear();
            String word = Seed.word("open");
            data(0, word);
            assertThat(read(socket, 8)).as("what the host's server reads").isEqualTo(word);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            TcpSegment back = await("the server's bytes", segment -> segment.data().length > 0);
            assertThat(new String(back.data(), StandardCharsets.US_ASCII)).isEqualTo(word);
            assertThat(back.seq()).as("their sequence number").isEqualTo(SERVER_ISS + 1);
            assertThat(back.ack() - ISS).as("the guest's SYN and 8 bytes").isEqualTo(9);
        }
    }

    @Test
    @Graded(exercise = "dev-17", id = "dev-17.data", points = 3)
    void segments_that_overlap_repeat_or_come_too_early_give_each_byte_once() throws IOException {
        String text = Seed.word("a") + Seed.word("b") + Seed.word("c") + Seed.word("d");
        try (Socket socket = connect()) {
            toGuest.clear();
            data(8, text.substring(8, 20));
            isAskedFor(0, "bytes 8 to 20 came, and 0 to 8 did not");
            data(0, text.substring(0, 8));
            isAskedFor(20, "the gap is filled");
            data(0, text.substring(0, 8));
            isAskedFor(20, "bytes 0 to 8 came again");
            data(12, text.substring(12, 28));
            isAskedFor(28, "bytes 12 to 28 came, of which 12 to 20 are old");
            data(28, text.substring(28));
            assertThat(read(socket, text.length())).as("what the host's server reads")
                    .isEqualTo(text);
        }
    }

    @Test
    @Graded(exercise = "dev-17", id = "dev-17.window", points = 2)
    void what_is_outside_the_window_is_answered_and_not_taken() throws IOException {
        try (Socket socket = connect()) {
            toGuest.clear();
            data(ReceiveBuffer.CAPACITY, "far");
            isAskedFor(0, "a segment begins just behind the window");
            data(-9, "old");
            isAskedFor(0, "a segment ends before the window");
            guest(ACK, 0, SERVER_ISS + 500, "lie");
            isAskedFor(0, "a segment acknowledges what was never sent");
            data(0, "yes");
            guest(ACK | FIN, 3, SERVER_ISS + 1, "");
            assertThat(new String(socket.getInputStream().readAllBytes(),
                    StandardCharsets.US_ASCII)).as("all that the host's server reads")
                    .isEqualTo("yes");
        }
    }

    @Test
    @Graded(exercise = "dev-17", id = "dev-17.close", points = 3)
    void FIN_counts_when_all_before_it_has_come_and_the_last_ACK_ends_the_connection()
            throws IOException {
        try (Socket socket = connect()) {
            toGuest.clear();
            guest(ACK | FIN, 4, SERVER_ISS + 1, "late");
            isAskedFor(0, "FIN came before bytes 0 to 4");
            data(0, "soon");
            isAskedFor(9, "8 bytes and the FIN have come");
            assertThat(new String(socket.getInputStream().readAllBytes(),
                    StandardCharsets.US_ASCII)).as("all that the host's server reads")
                    .isEqualTo("soonlate");
            socket.getOutputStream().write('!');
            socket.shutdownOutput();
            await("the server's FIN", segment -> segment.has(FIN));
            guest(ACK, 9, SERVER_ISS + 2, "");
            assertThat(flows.size()).as("connections, the FIN not acknowledged").isEqualTo(1);
            guest(ACK, 9, SERVER_ISS + 3, "");
            assertThat(flows.size()).as("connections, everything acknowledged").isZero();
        }
    }
}
