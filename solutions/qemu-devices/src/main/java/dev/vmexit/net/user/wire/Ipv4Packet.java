package dev.vmexit.net.user.wire;

import dev.vmexit.net.Checksum;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// An IPv4 packet. Its options are checked for length and then ignored.
///
/// ```
///  0    version │ IHL │ TOS │ total length
///  4    identification      │ flags │ fragment offset
///  8    TTL │ protocol      │ header checksum
///  12   source
///  16   destination
///  20   options …           │ payload
/// ```
///
/// @param ttl hops left, 0 to 255
/// @spec https://www.rfc-editor.org/rfc/rfc791 RFC 791, section 3.1 "Internet Header Format"
public record Ipv4Packet(Ipv4Address source, Ipv4Address destination, int protocol, int ttl,
        Fragment fragment, byte[] payload) {
    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int HEADER_BYTES = 20;
    public static final int MAX_PAYLOAD_BYTES = 0xFFFF - HEADER_BYTES;

    private static final int OUR_TTL = 64;
    private static final int MORE_FRAGMENTS = 1 << 13;
    private static final int OFFSET = MORE_FRAGMENTS - 1;

    /// Where the payload belongs in a datagram.
    ///
    /// @param offset in bytes, a multiple of 8
    public record Fragment(int identification, int offset, boolean more) {
        public static final Fragment WHOLE = new Fragment(0, 0, false);

        public boolean isWhole() {
            return offset == 0 && !more;
        }
    }

    public static Ipv4Packet of(Ipv4Address source, Ipv4Address destination, int protocol,
            byte[] payload) {
        return new Ipv4Packet(source, destination, protocol, OUR_TTL, Fragment.WHOLE, payload);
    }

    /// {@return the packet, or empty if a length, the version or the header checksum is wrong}
    /// Bytes behind the total length are Ethernet's padding and dropped.
    public static Optional<Ipv4Packet> parse(byte[] bytes) {
        if (bytes.length < HEADER_BYTES || (bytes[0] & 0xFF) >>> 4 != 4) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        int headerBytes = (bytes[0] & 0x0F) * 4;
        int totalBytes = b.getShort(2) & 0xFFFF;
        if (headerBytes < HEADER_BYTES || totalBytes < headerBytes || totalBytes > bytes.length
                || Checksum.of(bytes, 0, headerBytes) != 0) {
            return Optional.empty();
        }
        int flags = b.getShort(6);
        var fragment = new Fragment(b.getShort(4) & 0xFFFF, (flags & OFFSET) * 8,
                (flags & MORE_FRAGMENTS) != 0);
        return Optional.of(new Ipv4Packet(new Ipv4Address(b.getInt(12)),
                new Ipv4Address(b.getInt(16)), bytes[9] & 0xFF, bytes[8] & 0xFF, fragment,
                Arrays.copyOfRange(bytes, headerBytes, totalBytes)));
    }

    public byte[] toBytes() {
        ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES + payload.length);
        b.putShort((short) 0x4500).putShort((short) b.capacity());
        b.putShort((short) fragment.identification);
        b.putShort((short) (fragment.offset / 8 | (fragment.more ? MORE_FRAGMENTS : 0)));
        b.put((byte) ttl).put((byte) protocol).putShort((short) 0);
        b.putInt(source.value()).putInt(destination.value());
        b.putShort(10, (short) Checksum.of(b.array(), 0, HEADER_BYTES));
        return b.put(payload).array();
    }

    public Ipv4Packet withFragment(Fragment other, byte[] part) {
        return new Ipv4Packet(source, destination, protocol, ttl, other, part);
    }
}
