package dev.vmexit.net.user;

import dev.vmexit.net.Frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.net.Forward;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UserNetworkTest {
    @Test
    void a_frame_is_answered_by_a_thread_of_the_network_and_none_after_close() throws Exception {
        var received = new LinkedBlockingQueue<Frame>();
        var network = UserNetwork.open(List.of(), 1500);
        network.connect(received::add);
        network.send(Frame.of(Wire.echo(Wire.GATEWAY, 64, new byte[0])));
        assertThat(received.poll(20, TimeUnit.SECONDS)).as("who has 10.0.2.15? or the reply")
                .isNotNull();
        network.close();
        received.clear();
        network.send(Frame.of(Wire.echo(Wire.GATEWAY, 64, new byte[0])));
        network.roomAgain();
        network.close();
        assertThat(received).isEmpty();
    }

    @Test
    void a_flood_of_nonsense_is_lost_and_counted() throws Exception {
        try (var network = UserNetwork.open(List.of(), 1500)) {
            network.send(Frame.of(new byte[14])); // before connect
            assertThat(network.dropped()).isNotEmpty();
        }
    }

    @Test
    void a_port_in_use_is_said_in_a_sentence() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var forward = Forward.parse(taken.getLocalPort() + ":22");
            assertThatThrownBy(() -> UserNetwork.open(List.of(forward), 1500))
                    .isInstanceOf(IOException.class).hasMessageContaining("in use")
                    .hasMessageContaining(forward.toString());
        }
    }

    @Test
    void close_frees_the_ports() throws IOException {
        var network = UserNetwork.open(
                List.of(Forward.parse("0:22"), Forward.parse("udp:0:69")), 1500);
        int port = network.listening().getFirst().getPort();
        network.connect(frame -> true);
        network.close();
        try (var again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(again.getLocalPort()).isEqualTo(port);
        }
    }

    @Test
    void an_MTU_that_no_card_here_has_is_refused() {
        for (int mtu : new int[]{575, 1501}) {
            assertThatThrownBy(() -> UserNetwork.open(List.of(), mtu))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("576 to 1500").hasMessageContaining("" + mtu);
        }
    }
}
