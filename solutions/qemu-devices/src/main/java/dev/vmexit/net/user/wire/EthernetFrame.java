package dev.vmexit.net.user.wire;

import dev.vmexit.net.MacAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// An Ethernet II frame, without preamble and check sequence.
///
/// ```
///  0            6        12          14
///  │ destination │ source │ etherType │ payload, up to 1500 bytes on a cable
/// ```
///
/// Left out: VLAN tags.
///
/// @spec https://www.rfc-editor.org/rfc/rfc894 RFC 894, "Frame Format"
public record EthernetFrame(MacAddress destination, MacAddress source, int etherType,
        byte[] payload) {
    public static final int IPV4 = 0x0800;
    public static final int ARP = 0x0806;
    public static final int HEADER_BYTES = 14;
    /// The largest payload of what goes over a cable, and so the largest IPv4 packet.
    public static final int MTU = 1500;

    /// {@return the frame, or empty if it is shorter than its header}
    public static Optional<EthernetFrame> parse(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        return Optional.of(new EthernetFrame(MacAddress.get(b), MacAddress.get(b),
                b.getShort() & 0xFFFF, Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length)));
    }

    public byte[] toBytes() {
        ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES + payload.length);
        source.put(destination.put(b));
        return b.putShort((short) etherType).put(payload).array();
    }
}
