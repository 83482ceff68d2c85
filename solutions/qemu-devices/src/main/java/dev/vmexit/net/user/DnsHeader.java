package dev.vmexit.net.user;

import java.util.Arrays;

/// The header of a DNS message: identifier, flags, and four counts, two bytes each.
///
/// ```
///  byte 2   QR │ opcode │ AA │ TC │ RD
///  byte 3   RA │ Z      │ RCODE
/// ```
///
/// @spec https://www.rfc-editor.org/rfc/rfc1035 RFC 1035, section 4.1.1 "Header section format"
final class DnsHeader {
    private static final int BYTES = 12;
    private static final int FLAGS = 2;
    private static final int QR = 0x80;
    private static final int OPCODE_AND_RD = 0x79;
    private static final int RA = 0x80;
    private static final int SERVFAIL = 2;

    private DnsHeader() {}

    static boolean isQuery(byte[] message) {
        return message.length >= BYTES && (message[FLAGS] & QR) == 0;
    }

    static boolean isResponse(byte[] message, int id) {
        return message.length >= BYTES && (message[FLAGS] & QR) != 0 && id(message) == id;
    }

    static int id(byte[] message) {
        return (message[0] & 0xFF) << 8 | message[1] & 0xFF;
    }

    static byte[] withId(byte[] message, int id) {
        byte[] copy = message.clone();
        copy[0] = (byte) (id >>> 8);
        copy[1] = (byte) id;
        return copy;
    }

    /// {@return a response without any record, to a query that nobody answers}
    static byte[] serverFailure(byte[] query) {
        byte[] response = Arrays.copyOf(query, BYTES);
        Arrays.fill(response, 4, BYTES, (byte) 0);
        response[FLAGS] = (byte) (query[FLAGS] & OPCODE_AND_RD | QR);
        response[FLAGS + 1] = (byte) (RA | SERVFAIL);
        return response;
    }
}
