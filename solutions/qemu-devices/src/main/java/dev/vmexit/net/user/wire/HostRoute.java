package dev.vmexit.net.user.wire;

import java.net.InetSocketAddress;
import java.util.Optional;

/// Where on the host, or beyond it, the guest's destinations are.
@FunctionalInterface
public interface HostRoute {
    /// {@return the address to connect or to send to, or empty if the guest may not or nobody is
    /// there}
    Optional<InetSocketAddress> to(Ipv4Address destination, int port);
}
