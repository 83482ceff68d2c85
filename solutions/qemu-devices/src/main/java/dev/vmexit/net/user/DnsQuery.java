package dev.vmexit.net.user;

import dev.vmexit.net.user.loop.Alarm;
import dev.vmexit.net.user.loop.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// One query on its way through the host's resolvers.
///
/// It has a socket of its own, connected: a forged answer must guess the port and the identifier,
/// and a resolver that is not there is known at once.
final class DnsQuery {
    static final long TIMEOUT_MILLIS = 3000;
    /// The largest a UDP response can be.
    private static final int MAX_RESPONSE_BYTES = 0xFFFF;

    private final EventLoop loop;
    private final byte[] query;
    private final int id;
    private final List<InetSocketAddress> resolvers;
    private final Alarm timeout;
    private int next;
    private DatagramChannel channel;
    private Consumer<byte[]> answer;

    /// @param id the identifier that the resolvers see
    DnsQuery(EventLoop loop, byte[] query, int id, List<InetSocketAddress> resolvers) {
        this.loop = loop;
        this.query = query;
        this.id = id;
        this.resolvers = resolvers;
        this.timeout = loop.alarm(this::askNext);
    }

    /// Asks the first resolver.
    ///
    /// @param answer gets the response, with the query's own identifier, exactly once
    void begin(Consumer<byte[]> answer) {
        this.answer = answer;
        askNext();
    }

    private void askNext() {
        while (next < resolvers.size()) {
            close();
            try {
                ask(resolvers.get(next++));
                timeout.set(loop.now() + TIMEOUT_MILLIS);
                return;
            } catch (IOException | RuntimeException e) {
                // This resolver cannot be reached from here; the next one perhaps can.
            }
        }
        finish(DnsHeader.serverFailure(query));
    }

    private void ask(InetSocketAddress resolver) throws IOException {
        channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.connect(resolver);
        loop.register(channel, SelectionKey.OP_READ, this::ready);
        channel.write(ByteBuffer.wrap(DnsHeader.withId(query, id)));
    }

    private void ready() {
        ByteBuffer b = ByteBuffer.allocate(MAX_RESPONSE_BYTES);
        try {
            if (channel.read(b) <= 0) {
                return;
            }
        } catch (IOException e) {
            askNext();
            return;
        }
        byte[] response = Arrays.copyOf(b.array(), b.position());
        if (DnsHeader.isResponse(response, id)) {
            finish(DnsHeader.withId(response, DnsHeader.id(query)));
        }
    }

    private void finish(byte[] response) {
        timeout.cancel();
        close();
        answer.accept(response);
    }

    private void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // It is gone, which was the aim.
            }
        }
    }
}
