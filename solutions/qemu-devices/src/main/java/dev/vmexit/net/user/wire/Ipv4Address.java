package dev.vmexit.net.user.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/// An IPv4 address; the first of its four numbers is the most significant byte of `value`.
public record Ipv4Address(int value) {
    public static final Ipv4Address ANY = new Ipv4Address(0);
    public static final Ipv4Address BROADCAST = new Ipv4Address(-1);

    public static Ipv4Address of(int a, int b, int c, int d) {
        return new Ipv4Address(a << 24 | b << 16 | c << 8 | d);
    }

    public static Ipv4Address of(Inet4Address address) {
        return new Ipv4Address(ByteBuffer.wrap(address.getAddress()).getInt());
    }

    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(value).array());
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    /// {@return whether the first `prefixBits` bits, 1 to 32, are those of `network`}
    public boolean isIn(Ipv4Address network, int prefixBits) {
        return (value ^ network.value) >>> 32 - prefixBits == 0;
    }

    /// {@return whether a packet may be sent to it beyond the virtual network: not "this network",
    /// loopback, multicast, reserved or broadcast}
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc6890 RFC 6890, section 2.2.2 "IPv4 Special-Purpose Address Registry Entries"
    public boolean isForwardable() {
        int first = value >>> 24;
        return first != 0 && first != 127 && first < 224;
    }

    @Override
    public String toString() {
        return "%d.%d.%d.%d".formatted(value >>> 24, value >>> 16 & 0xFF, value >>> 8 & 0xFF,
                value & 0xFF);
    }
}
