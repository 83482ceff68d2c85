package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.loop.Alarm;
import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Ipv4Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/// A port of the host that leads to a port of the guest. The guest sees the gateway as the other
/// end.
public final class TcpListener {
    /// When the host cannot accept, for want of descriptors for instance, it is asked again later.
    private static final long RETRY_MILLIS = 1000;

    private final ServerSocketChannel channel;
    private final EventLoop loop;
    private final TcpFlows flows;
    private final Supplier<Flow> target;
    private final Alarm retry;
    private SelectionKey key;

    /// @param guest where the guest is at the moment
    /// @param gateway whose address the guest sees
    public TcpListener(EventLoop loop, TcpFlows flows, Supplier<Ipv4Address> guest,
            Ipv4Address gateway, int guestPort) throws IOException {
        this.loop = loop;
        this.flows = flows;
        this.target = () -> new Flow(guest.get(), guestPort, gateway, 0);
        this.channel = ServerSocketChannel.open(StandardProtocolFamily.INET);
        this.retry = loop.alarm(() -> key.interestOps(SelectionKey.OP_ACCEPT));
    }

    /// Listens.
    ///
    /// @return where
    /// @throws IOException if the address is not the host's or the port is taken
    public InetSocketAddress bind(InetSocketAddress at) throws IOException {
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(at);
            key = loop.register(channel, SelectionKey.OP_ACCEPT, this::accept);
            return (InetSocketAddress) channel.getLocalAddress();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void accept() {
        try {
            SocketChannel accepted = channel.accept();
            if (accepted != null) {
                int port = ((InetSocketAddress) accepted.getRemoteAddress()).getPort();
                Flow flow = target.get();
                flows.forward(accepted, new Flow(flow.guest(), flow.guestPort(), flow.remote(),
                        port));
            }
        } catch (IOException e) {
            key.interestOps(0);
            retry.set(loop.now() + RETRY_MILLIS);
        }
    }
}
