package dev.vmexit.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.linux.BootFailure;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PortSocketTest {
    @TempDir
    private Path directory;

    private Path path() {
        return directory.resolve("agent");
    }

    private SocketChannel client() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path()));
    }

    private static void say(SocketChannel client, String text) throws IOException {
        client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String hear(SocketChannel client, int bytes) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(bytes);
        while (b.hasRemaining()) {
            assertThat(client.read(b)).isPositive();
        }
        return new String(b.array(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void only_the_owner_may_connect_and_nothing_is_left_behind() throws IOException {
        try (PortSocket _ = PortSocket.open(path())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                    .isEqualTo("rw-------");
            assertThat(directory).isDirectoryNotContaining(file -> !file.endsWith("agent"));
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void bytes_go_both_ways_when_the_guest_has_a_driver() throws Exception {
        var port = new ScriptedPort(100);
        try (PortSocket socket = PortSocket.open(path()); SocketChannel client = client()) {
            socket.connect(port);
            say(client, "question");
            assertThat(port.calls).as("not before that").isEmpty();
            socket.vacant();
            assertThat(port.await(8)).isEqualTo("question");
            assertThat(port.calls.take()).isEqualTo("open");
            assertThat(socket.send("answer".getBytes())).isEqualTo(6);
            assertThat(hear(client, 6)).isEqualTo("answer");
        }
    }

    @Test
    void the_next_client_comes_when_the_guest_knows_that_the_last_one_left() throws Exception {
        var port = new ScriptedPort(100);
        try (PortSocket socket = PortSocket.open(path())) {
            socket.connect(port);
            socket.vacant();
            SocketChannel first = client();
            say(first, "1");
            SocketChannel second = client();
            say(second, "2");
            assertThat(port.await(1)).isEqualTo("1");
            first.close();
            assertThat(port.calls.take()).isEqualTo("open");
            assertThat(port.calls.take()).isEqualTo("close");
            assertThat(port.count()).as("the second one waits").isEqualTo(1);
            socket.vacant();
            assertThat(port.await(2)).isEqualTo("12");
            second.close();
        }
    }

    @Test
    void what_the_port_does_not_take_is_not_lost_not_even_when_the_client_has_left()
            throws Exception {
        var port = new ScriptedPort(3);
        try (PortSocket socket = PortSocket.open(path())) {
            socket.connect(port);
            socket.vacant();
            try (SocketChannel client = client()) {
                say(client, "0123456789");
            }
            assertThat(port.await(3)).isEqualTo("012");
            assertThat(port.calls.take()).isEqualTo("open");
            assertThat(port.calls).as("it has not left for the guest").isEmpty();
            port.makeRoom(100);
            socket.roomAgain();
            assertThat(port.await(10)).isEqualTo("0123456789");
            assertThat(port.calls.take()).isEqualTo("close");
        }
    }

    @Test
    void a_client_that_does_not_read_holds_up_the_guest_and_not_the_host() throws Exception {
        var port = new ScriptedPort(100);
        byte[] much = new byte[1 << 14];
        try (PortSocket socket = PortSocket.open(path()); SocketChannel client = client()) {
            socket.connect(port);
            socket.vacant();
            assertThat(port.calls.take()).isEqualTo("open");
            int taken = 0;
            int now = much.length;
            // The kernel's buffer of the connection has a bound, and so has this process.
            while (now == much.length) {
                now = socket.send(much);
                taken += now;
                LockSupport.parkNanos(20_000);
            }
            assertThat(taken).isLessThan(16 << 20);
            hear(client, taken);
            assertThat(port.calls.take()).isEqualTo("room");
            assertThat(socket.send(much)).isPositive();
        }
    }

    @Test
    void a_machine_that_ends_has_its_last_words_and_then_the_client_is_disconnected()
            throws Exception {
        var first = new ScriptedPort(100);
        try (PortSocket socket = PortSocket.open(path()); SocketChannel client = client()) {
            socket.connect(first);
            socket.vacant();
            say(client, "x");
            assertThat(first.await(1)).isEqualTo("x");
            socket.send("last words".getBytes());
            socket.endMachine();
            var next = new ScriptedPort(100);
            socket.connect(next);
            assertThat(hear(client, 10)).isEqualTo("last words");
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            try (SocketChannel another = client()) {
                socket.vacant();
                say(another, "y");
                assertThat(next.await(1)).isEqualTo("y");
            }
        }
    }

    @Test
    void a_file_that_is_no_socket_and_a_socket_in_use_are_refused() throws IOException {
        Files.writeString(path(), "precious");
        assertThatThrownBy(() -> PortSocket.open(path())).isInstanceOf(BootFailure.class)
                .hasMessageContaining("is no socket");
        assertThat(path()).hasContent("precious");
        Files.delete(path());
        try (PortSocket _ = PortSocket.open(path())) {
            assertThatThrownBy(() -> PortSocket.open(path())).isInstanceOf(BootFailure.class)
                    .hasMessageContaining("somebody listens");
        }
    }

    @Test
    void a_socket_that_was_left_behind_is_replaced() throws Exception {
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path()));
        }
        assertThat(path()).exists();
        var port = new ScriptedPort(100);
        try (PortSocket socket = PortSocket.open(path()); SocketChannel client = client()) {
            socket.connect(port);
            socket.vacant();
            say(client, "z");
            assertThat(port.await(1)).isEqualTo("z");
        }
    }

    @Test
    void a_directory_that_is_none_is_told_of() {
        assertThatThrownBy(() -> PortSocket.open(directory.resolve("no/agent")))
                .isInstanceOf(BootFailure.class).hasMessageContaining("no socket can be made at");
        Path deep = directory.resolve("d".repeat(100)).resolve("agent");
        assertThatThrownBy(() -> PortSocket.open(deep)).isInstanceOf(BootFailure.class)
                .hasMessageContaining("1 to 80 bytes");
    }
}
