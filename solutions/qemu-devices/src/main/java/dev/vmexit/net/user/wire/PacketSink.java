package dev.vmexit.net.user.wire;

/// Where packets for the guest go.
public interface PacketSink {
    /// {@return false if the guest has no room: the packet is lost}
    boolean send(Ipv4Packet packet);

    /// {@return the largest packet that goes in one frame, in bytes}
    int mtu();

    /// {@return whether it now takes TCP segments that are larger than that}
    default boolean takesLarge() {
        return false;
    }

    /// Sends a TCP segment of several packets in one piece; its checksum is left to who takes it.
    ///
    /// @param segmentBytes how many bytes of data go in one packet
    /// @return false if the guest has no room: the segment is lost
    default boolean sendLarge(Ipv4Packet packet, int segmentBytes) {
        throw new UnsupportedOperationException("takes no large segments");
    }
}
