package dev.vmexit.net.user.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// A TCP segment.
///
/// ```
///  0    source port          │ destination port
///  4    sequence number
///  8    acknowledgment number
///  12   data offset │ flags  │ window
///  16   checksum             │ urgent pointer
///  20   options …            │ data
/// ```
///
/// Left out: the urgent pointer (data under it is ordinary data), timestamps.
///
/// @param window as in the header, not scaled
/// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.1 "Header Format"
public record TcpSegment(int sourcePort, int destinationPort, int seq, int ack, int flags,
        int window, TcpOptions options, byte[] data) {
    public static final int FIN = 1 << 0;
    public static final int SYN = 1 << 1;
    public static final int RST = 1 << 2;
    public static final int PSH = 1 << 3;
    public static final int ACK = 1 << 4;
    public static final int HEADER_BYTES = 20;
    /// Where the checksum is in the header.
    public static final int CHECKSUM_OFFSET = 16;

    private static final int FLAGS = FIN | SYN | RST | PSH | ACK;

    /// {@return the segment, or empty if a length, an option or the checksum is wrong}
    public static Optional<TcpSegment> parse(Ipv4Packet packet) {
        byte[] bytes = packet.payload();
        if (bytes.length < HEADER_BYTES) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        int dataOffset = (bytes[12] & 0xF0) >>> 2;
        if (dataOffset < HEADER_BYTES || dataOffset > bytes.length
                || PseudoHeader.checksum(packet.source(), packet.destination(),
                        Ipv4Packet.TCP, bytes) != 0) {
            return Optional.empty();
        }
        return TcpOptions.parse(b.slice(HEADER_BYTES, dataOffset - HEADER_BYTES))
                .map(options -> new TcpSegment(b.getShort(0) & 0xFFFF, b.getShort(2) & 0xFFFF,
                        b.getInt(4), b.getInt(8), bytes[13] & FLAGS, b.getShort(14) & 0xFFFF,
                        options, Arrays.copyOfRange(bytes, dataOffset, bytes.length)));
    }

    public Ipv4Packet toPacket(Ipv4Address source, Ipv4Address destination) {
        byte[] bytes = toBytes();
        ByteBuffer.wrap(bytes).putShort(CHECKSUM_OFFSET, (short) PseudoHeader.checksum(source,
                destination, Ipv4Packet.TCP, bytes));
        return Ipv4Packet.of(source, destination, Ipv4Packet.TCP, bytes);
    }

    /// {@return the segment as a packet whose checksum is to be finished}
    public Ipv4Packet toUnfinishedPacket(Ipv4Address source, Ipv4Address destination) {
        byte[] bytes = toBytes();
        var header = new PseudoHeader(source, destination, Ipv4Packet.TCP, bytes.length);
        ByteBuffer.wrap(bytes).putShort(CHECKSUM_OFFSET, (short) header.partial());
        return Ipv4Packet.of(source, destination, Ipv4Packet.TCP, bytes);
    }

    private byte[] toBytes() {
        byte[] optionBytes = options.toBytes();
        int dataOffset = HEADER_BYTES + optionBytes.length;
        ByteBuffer b = ByteBuffer.allocate(dataOffset + data.length);
        b.putShort((short) sourcePort).putShort((short) destinationPort).putInt(seq).putInt(ack);
        b.put((byte) (dataOffset << 2)).put((byte) flags).putShort((short) window).putInt(0);
        return b.put(optionBytes).put(data).array();
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// {@return the length in sequence space: SYN and FIN count as a byte each}
    public int length() {
        return data.length + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }
}
