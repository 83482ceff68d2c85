package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.user.tcp.TcpFlows;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The network without a card before it, and with a clock that runs fast.
class RouterFuzzTest {
    private static final int ITERATIONS = 100_000;

    private final Random random = new Random(42);

    @Test
    void no_frame_of_the_guests_does_harm() throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var lan = Lan.withGuest()) {
            var frames = new HostileFrames(random, server.getLocalPort());
            for (int i = 0; i < ITERATIONS; i++) {
                lan.send(frames.next());
                if (i % 64 == 0) {
                    lan.pass(random.nextInt(500));
                    lan.toGuest.clear();
                }
            }
            assertThat(lan.router.tcp.size()).isLessThanOrEqualTo(TcpFlows.MAX_CONNECTIONS);
            assertThat(lan.router.udp.size()).isLessThanOrEqualTo(UdpFlows.MAX_FLOWS);
            assertThat(lan.router.reassembly.size())
                    .isLessThanOrEqualTo(Reassembly.MAX_DATAGRAMS);
            assertThat(lan.router.guest.neighbours()).isLessThanOrEqualTo(ArpTable.MAX_ENTRIES);
            assertThat(lan.drops.toMap()).as("most were refused").hasSizeGreaterThan(5);
            lan.toGuest.clear();
            lan.send(Wire.echo(Wire.GATEWAY, 64, new byte[5]));
            assertThat(lan.take()).as("and it still works").isNotEmpty();
        }
    }
}
