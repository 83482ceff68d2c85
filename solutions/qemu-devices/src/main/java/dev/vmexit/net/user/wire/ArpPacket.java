package dev.vmexit.net.user.wire;

import dev.vmexit.net.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// An ARP packet for IPv4 over Ethernet, 28 bytes.
///
/// ```
///  0         2          4     5     6           8        14       18       24       28
///  │ hrd = 1 │ pro=800h │ hln │ pln │ operation │ sender   sender │ target   target │
///                        = 6   = 4                hardware protocol hardware protocol
/// ```
///
/// @spec https://www.rfc-editor.org/rfc/rfc826 RFC 826, "Packet format"
public record ArpPacket(int operation, MacAddress senderHardware, Ipv4Address senderProtocol,
        MacAddress targetHardware, Ipv4Address targetProtocol) {
    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    private static final int BYTES = 28;
    private static final int HARDWARE_ETHERNET = 1;
    private static final int LENGTHS = 0x06_04;

    /// {@return the packet, or empty if it is too short or not for IPv4 over Ethernet}
    public static Optional<ArpPacket> parse(byte[] bytes) {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        if (bytes.length < BYTES || b.getShort() != HARDWARE_ETHERNET
                || b.getShort() != EthernetFrame.IPV4 || b.getShort() != LENGTHS) {
            return Optional.empty();
        }
        return Optional.of(new ArpPacket(b.getShort() & 0xFFFF,
                MacAddress.get(b), new Ipv4Address(b.getInt()),
                MacAddress.get(b), new Ipv4Address(b.getInt())));
    }

    public byte[] toBytes() {
        ByteBuffer b = ByteBuffer.allocate(BYTES).putShort((short) HARDWARE_ETHERNET)
                .putShort((short) EthernetFrame.IPV4).putShort((short) LENGTHS)
                .putShort((short) operation);
        senderHardware.put(b).putInt(senderProtocol.value());
        return targetHardware.put(b).putInt(targetProtocol.value()).array();
    }
}
