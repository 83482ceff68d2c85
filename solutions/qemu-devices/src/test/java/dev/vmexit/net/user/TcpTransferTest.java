package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Megabytes through the guest's TCP and a real socket, over cables that lose frames.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TcpTransferTest {
    private static final int MEBIBYTE = 1 << 20;

    private final ExecutorService host = Executors.newCachedThreadPool();

    /// A cable that, of a hundred frames, loses some, doubles some and holds some back.
    private static final class BadCable {
        private final Random chance;
        private final int percent;
        private final ArrayDeque<byte[]> held = new ArrayDeque<>();

        BadCable(long seed, int percent) {
            chance = new Random(seed);
            this.percent = percent;
        }

        void carry(byte[] frame, java.util.function.Consumer<byte[]> end) {
            int fate = percent == 0 ? 100 : chance.nextInt(100);
            if (fate < percent) {
                return;
            } else if (fate < 2 * percent) {
                held.add(frame);
                return;
            }
            end.accept(frame);
            if (fate < 3 * percent) {
                end.accept(frame.clone());
            }
            while (!held.isEmpty()) {
                end.accept(held.remove());
            }
        }
    }

    private static byte[] noise(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"0, 4, false, false", "1, 2, false, false", "5, 1, false, false",
            "1, 2, true, false", "5, 1, true, false", "0, 8, true, true", "5, 4, true, true",
            "5, 4, false, true"})
    void what_the_guest_sends_comes_back_whole_over_a_cable_that_loses(int percent, int mebibytes,
            boolean sacks, boolean large) throws Exception {
        byte[] data = noise(mebibytes * MEBIBYTE + 12_345);
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var lan = Lan.withGuest()) {
            Future<?> echo = host.submit(() -> echo(server));
            var out = new BadCable(7, percent);
            var in = new BadCable(8, percent);
            var guest = new TcpGuest(frame -> out.carry(frame, lan::send), 40_000, Wire.GATEWAY,
                    server.getLocalPort());
            guest.sacks = sacks;
            lan.large = large;
            guest.most = large ? 40 * TcpGuest.MSS : TcpGuest.MSS;
            guest.open();
            guest.say(data, true);
            while (!guest.reset && !(guest.finReceived && guest.finAcked)) {
                round(lan, guest, in);
            }
            echo.get();
            assertThat(guest.reset).isFalse();
            assertThat(guest.received.toByteArray()).isEqualTo(data);
            assertThat(lan.largestToGuest > 1514).as("more than a packet came in one piece")
                    .isEqualTo(large);
        } finally {
            host.shutdownNow();
        }
    }

    /// Time passes only while nothing moves.
    private static void round(Lan lan, TcpGuest guest, BadCable in) throws IOException {
        lan.loop.turn(0);
        boolean moved = !lan.toGuest.isEmpty();
        while (!lan.toGuest.isEmpty()) {
            in.carry(lan.toGuest.remove().bytes(),
                    frame -> guest.receive(new Wire.Seen(frame), lan.now));
        }
        if (!guest.step(lan.now) && !moved) {
            lan.loop.turn(1);
            lan.now += 20;
        }
    }

    private static Void echo(ServerSocket server) throws IOException {
        try (Socket socket = server.accept()) {
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.shutdownOutput();
        }
        return null;
    }

    @Test
    void a_forwarded_port_leads_into_the_guest_and_back() throws Exception {
        byte[] data = noise(MEBIBYTE);
        try (var lan = Lan.withGuest()) {
            int port = lan.router.listen(dev.vmexit.net.Forward.parse("0:22")).getPort();
            Future<byte[]> answer = host.submit(() -> ask(port, data));
            Wire.Seen syn = lan.await(s -> s.isIp(6));
            assertThat(syn.flags()).isEqualTo(Wire.SYN);
            assertThat(syn.source()).isEqualTo(Wire.GATEWAY);
            var guest = new TcpGuest(lan::send, 22, Wire.GATEWAY, syn.sourcePort());
            guest.receive(syn, lan.now);
            guest.accept();
            var good = new BadCable(0, 0);
            while (!guest.finReceived) {
                round(lan, guest, good);
            }
            guest.say(guest.received.toByteArray(), true);
            while (!guest.finAcked) {
                round(lan, guest, good);
            }
            assertThat(answer.get()).isEqualTo(data);
            assertThat(lan.router.tcp.size()).as("in TIME_WAIT").isEqualTo(1);
            lan.pass(60_000);
            assertThat(lan.router.tcp.size()).isZero();
        } finally {
            host.shutdownNow();
        }
    }

    private static byte[] ask(int port, byte[] data) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(data);
            socket.shutdownOutput();
            return socket.getInputStream().readAllBytes();
        }
    }
}
