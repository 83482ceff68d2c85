package dev.vmexit.net.user.wire;

/// Where packets for the guest go.
public interface PacketSink {
    /// {@return false if the guest has no room: the packet is lost}
    boolean send(Ipv4Packet packet);

    /// {@return the largest packet that goes in one frame, in bytes}
    int mtu();
}
