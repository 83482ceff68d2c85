package dev.vmexit.net.user.wire;

/// Where packets for the guest go.
@FunctionalInterface
public interface PacketSink {
    /// {@return false if the guest has no room: the packet is lost}
    boolean send(Ipv4Packet packet);
}
