package dev.vmexit.net.user;

import dev.vmexit.net.MacAddress;
import dev.vmexit.net.user.wire.Ipv4Address;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A DHCP message, reduced to what a server looks at.
///
/// ```
///  0    op │ htype │ hlen │ hops
///  4    xid
///  8    secs │ flags
///  12   ciaddr, yiaddr, siaddr, giaddr
///  28   chaddr, 16 bytes
///  44   sname, 64 bytes; file, 128 bytes
///  236  magic cookie │ options …
/// ```
///
/// Left out: option overload (52), relays, plain BOOTP.
///
/// @param options by number; their bytes without number and length
/// @spec https://www.rfc-editor.org/rfc/rfc2131 RFC 2131, section 2 "Protocol Summary"
record DhcpMessage(int op, int xid, int flags, Ipv4Address ciaddr, Ipv4Address yiaddr,
        MacAddress chaddr, Map<Integer, byte[]> options) {
    static final int BOOTREQUEST = 1;
    static final int BOOTREPLY = 2;
    static final int BROADCAST_FLAG = 0x8000;

    private static final int OPTIONS = 240;
    private static final int MIN_BYTES = 300;
    private static final int COOKIE = 0x6382_5363;
    private static final int ETHERNET = 0x01_06;
    private static final int PAD = 0;
    private static final int END = 255;

    /// {@return the message, or empty if it is malformed, came over a relay or not from Ethernet}
    static Optional<DhcpMessage> parse(byte[] bytes) {
        if (bytes.length < OPTIONS) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        boolean relayed = b.getInt(24) != 0;
        if (b.getShort(1) != ETHERNET || relayed || b.getInt(236) != COOKIE) {
            return Optional.empty();
        }
        return parseOptions(b.slice(OPTIONS, bytes.length - OPTIONS))
                .map(options -> new DhcpMessage(bytes[0], b.getInt(4), b.getShort(10) & 0xFFFF,
                        new Ipv4Address(b.getInt(12)), new Ipv4Address(b.getInt(16)),
                        MacAddress.at(bytes, 28), options));
    }

    private static Optional<Map<Integer, byte[]>> parseOptions(ByteBuffer b) {
        var options = new TreeMap<Integer, byte[]>();
        while (b.hasRemaining()) {
            int number = b.get() & 0xFF;
            if (number == END) {
                break;
            } else if (number != PAD) {
                int length = b.hasRemaining() ? b.get() & 0xFF : -1;
                if (length < 0 || length > b.remaining()) {
                    return Optional.empty();
                }
                var value = new byte[length];
                b.get(value);
                options.put(number, value);
            }
        }
        return Optional.of(options);
    }

    byte[] toBytes() {
        int size = OPTIONS + 1;
        for (byte[] value : options.values()) {
            size += 2 + value.length;
        }
        ByteBuffer b = ByteBuffer.allocate(Math.max(size, MIN_BYTES));
        b.put((byte) op).putShort((short) ETHERNET).put((byte) 0).putInt(xid);
        b.putShort((short) 0).putShort((short) flags);
        b.putInt(ciaddr.value()).putInt(yiaddr.value()).putInt(0).putInt(0);
        chaddr.put(b);
        b.position(OPTIONS - 4).putInt(COOKIE);
        options.forEach((number, value) -> b.put(number.byteValue()).put((byte) value.length)
                .put(value));
        b.put((byte) END);
        return Arrays.copyOf(b.array(), b.capacity());
    }

    /// {@return the number in a one-byte option, or -1}
    int octet(int option) {
        byte[] value = options.get(option);
        return value != null && value.length == 1 ? value[0] & 0xFF : -1;
    }

    /// {@return the address in an option of four bytes}
    Optional<Ipv4Address> address(int option) {
        byte[] value = options.get(option);
        return value != null && value.length == 4
                ? Optional.of(new Ipv4Address(ByteBuffer.wrap(value).getInt()))
                : Optional.empty();
    }
}
