package dev.vmexit.net.user.wire;

import dev.vmexit.net.Checksum;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// An ICMP message: type, code, checksum, then what the type says.
///
/// @param content everything behind the checksum; at least 4 bytes
/// @spec https://www.rfc-editor.org/rfc/rfc792 RFC 792, "Message Formats"
public record IcmpMessage(int type, int code, byte[] content) {
    public static final int ECHO_REPLY = 0;
    public static final int DESTINATION_UNREACHABLE = 3;
    public static final int ECHO = 8;
    public static final int TIME_EXCEEDED = 11;

    public static final int HOST_UNREACHABLE = 1;
    public static final int PORT_UNREACHABLE = 3;
    /// @spec https://www.rfc-editor.org/rfc/rfc1812 RFC 1812, section 5.2.7.1 "Destination Unreachable"
    public static final int ADMINISTRATIVELY_PROHIBITED = 13;
    public static final int TTL_EXCEEDED_IN_TRANSIT = 0;

    private static final int HEADER_BYTES = 8;
    private static final int QUOTED_BYTES = 8;

    /// {@return the message, or empty if it is too short or its checksum is wrong}
    public static Optional<IcmpMessage> parse(Ipv4Packet packet) {
        byte[] bytes = packet.payload();
        if (bytes.length < HEADER_BYTES || Checksum.of(bytes, 0, bytes.length) != 0) {
            return Optional.empty();
        }
        return Optional.of(new IcmpMessage(bytes[0] & 0xFF, bytes[1] & 0xFF,
                Arrays.copyOfRange(bytes, 4, bytes.length)));
    }

    /// {@return an error about `offender`, which it quotes: the header and eight bytes more}
    public static IcmpMessage error(int type, int code, Ipv4Packet offender) {
        int quoted = Math.min(QUOTED_BYTES, offender.payload().length);
        byte[] header = offender.toBytes();
        ByteBuffer b = ByteBuffer.allocate(4 + Ipv4Packet.HEADER_BYTES + quoted);
        b.putInt(0).put(header, 0, Ipv4Packet.HEADER_BYTES + quoted);
        return new IcmpMessage(type, code, b.array());
    }

    public Ipv4Packet toPacket(Ipv4Address source, Ipv4Address destination) {
        ByteBuffer b = ByteBuffer.allocate(4 + content.length);
        b.put((byte) type).put((byte) code).putShort((short) 0).put(content);
        b.putShort(2, (short) Checksum.of(b.array(), 0, b.capacity()));
        return Ipv4Packet.of(source, destination, Ipv4Packet.ICMP, b.array());
    }
}
