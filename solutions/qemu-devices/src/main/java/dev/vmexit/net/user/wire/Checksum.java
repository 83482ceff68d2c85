package dev.vmexit.net.user.wire;

import java.nio.ByteBuffer;

/// The Internet checksum: the ones' complement of the ones' complement sum of 16-bit words. Over
/// bytes that already contain it the result is 0.
///
/// @spec https://www.rfc-editor.org/rfc/rfc1071 RFC 1071, section 1 "Introduction"
final class Checksum {
    private Checksum() {}

    static int of(byte[] bytes, int offset, int length) {
        return of(bytes, offset, length, 0);
    }

    /// UDP's and TCP's also covers a pseudo-header: both addresses, the protocol, the length.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.1 "Header Format", "Checksum"
    static int withPseudoHeader(Ipv4Address source, Ipv4Address destination, int protocol,
            byte[] bytes) {
        long sum = halves(source) + halves(destination) + protocol + bytes.length;
        return of(bytes, 0, bytes.length, sum);
    }

    private static long halves(Ipv4Address address) {
        return (address.value() >>> 16) + (address.value() & 0xFFFF);
    }

    /// At most 65,535 bytes, so a long cannot overflow.
    private static int of(byte[] bytes, int offset, int length, long initial) {
        ByteBuffer b = ByteBuffer.wrap(bytes, offset, length);
        long sum = initial;
        while (b.remaining() >= 2) {
            sum += b.getShort() & 0xFFFF;
        }
        if (b.hasRemaining()) {
            sum += (b.get() & 0xFF) << 8; // an odd byte is padded with a zero
        }
        // tag::doc-fold[]
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) ~sum & 0xFFFF;
        // end::doc-fold[]
    }
}
