package dev.vmexit.net.user.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// A UDP datagram: source port, destination port, length, checksum, two bytes each, then data.
///
/// @spec https://www.rfc-editor.org/rfc/rfc768 RFC 768, "Format"
public record UdpDatagram(int sourcePort, int destinationPort, byte[] data) {
    private static final int HEADER_BYTES = 8;

    /// {@return the datagram, or empty if its length or its checksum is wrong}
    public static Optional<UdpDatagram> parse(Ipv4Packet packet) {
        byte[] bytes = packet.payload();
        if (bytes.length < HEADER_BYTES) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        int length = b.getShort(4) & 0xFFFF;
        if (length < HEADER_BYTES || length > bytes.length) {
            return Optional.empty();
        }
        byte[] covered = Arrays.copyOf(bytes, length);
        boolean unchecked = b.getShort(6) == 0; // "the transmitter generated no checksum"
        if (!unchecked && PseudoHeader.checksum(packet.source(), packet.destination(),
                Ipv4Packet.UDP, covered) != 0) {
            return Optional.empty();
        }
        return Optional.of(new UdpDatagram(b.getShort(0) & 0xFFFF, b.getShort(2) & 0xFFFF,
                Arrays.copyOfRange(bytes, HEADER_BYTES, length)));
    }

    public Ipv4Packet toPacket(Ipv4Address source, Ipv4Address destination) {
        ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES + data.length);
        b.putShort((short) sourcePort).putShort((short) destinationPort);
        b.putShort((short) b.capacity()).putShort((short) 0).put(data);
        int sum = PseudoHeader.checksum(source, destination, Ipv4Packet.UDP, b.array());
        b.putShort(6, (short) (sum == 0 ? 0xFFFF : sum));
        return Ipv4Packet.of(source, destination, Ipv4Packet.UDP, b.array());
    }
}
