package dev.vmexit.net.user.wire;

import dev.vmexit.net.Checksum;

/// What UDP's and TCP's checksums cover besides their bytes: both addresses, the protocol, the
/// length.
///
/// @param bytes the length of the segment with its header
/// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.1 "Header Format", "Checksum"
record PseudoHeader(Ipv4Address source, Ipv4Address destination, int protocol, int bytes) {
    /// {@return the checksum of a segment; 0 if it contains the right one}
    static int checksum(Ipv4Address source, Ipv4Address destination, int protocol, byte[] segment) {
        var header = new PseudoHeader(source, destination, protocol, segment.length);
        return Checksum.of(segment, 0, segment.length, header.sum());
    }

    /// {@return what stands in place of a checksum that somebody else is to finish}
    int partial() {
        return Checksum.fold(sum());
    }

    private long sum() {
        return halves(source) + halves(destination) + protocol + bytes;
    }

    private static long halves(Ipv4Address address) {
        return (address.value() >>> 16) + (address.value() & 0xFFFF);
    }
}
