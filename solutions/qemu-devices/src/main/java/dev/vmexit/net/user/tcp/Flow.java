package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.TcpSegment;

/// The four numbers that identify a connection.
record Flow(Ipv4Address guest, int guestPort, Ipv4Address remote, int remotePort) {
    /// {@return the flow that a segment of the guest's belongs to}
    static Flow of(Ipv4Packet packet, TcpSegment segment) {
        return new Flow(packet.source(), segment.sourcePort(), packet.destination(),
                segment.destinationPort());
    }

    /// {@return a segment to the guest as a packet}
    Ipv4Packet packet(TcpSegment segment) {
        return segment.toPacket(remote, guest);
    }

    /// {@return the same with a checksum that is to be finished}
    Ipv4Packet unfinishedPacket(TcpSegment segment) {
        return segment.toUnfinishedPacket(remote, guest);
    }
}
