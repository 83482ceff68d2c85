package dev.vmexit.net.user;

import dev.vmexit.net.MacAddress;
import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.Ipv4Packet;

/// The addresses, which are those of QEMU's `-netdev user`.
///
/// | address | who |
/// |---------|-----|
/// | 10.0.2.0/24 | the network |
/// | 10.0.2.2 | the gateway, behind which the host's own loopback ports are |
/// | 10.0.2.3 | the DNS server |
/// | 10.0.2.15 | the first address that DHCP gives |
///
/// @spec https://www.qemu.org/docs/master/system/devices/net.html QEMU, "Network emulation", section "Using the user mode network stack"
public final class VirtualNetwork {
    public static final Ipv4Address NETWORK = Ipv4Address.of(10, 0, 2, 0);
    public static final int PREFIX_BITS = 24;
    public static final Ipv4Address MASK = Ipv4Address.of(255, 255, 255, 0);
    public static final Ipv4Address GATEWAY = Ipv4Address.of(10, 0, 2, 2);
    public static final Ipv4Address DNS = Ipv4Address.of(10, 0, 2, 3);
    public static final Ipv4Address FIRST_GUEST = Ipv4Address.of(10, 0, 2, 15);
    public static final Ipv4Address LAST_GUEST = Ipv4Address.of(10, 0, 2, 254);
    public static final Ipv4Address BROADCAST = Ipv4Address.of(10, 0, 2, 255);
    /// The gateway's and the DNS server's card; locally administered.
    public static final MacAddress ROUTER_MAC = new MacAddress(0x5255_0A00_0202L);

    private VirtualNetwork() {}

    static boolean contains(Ipv4Address address) {
        return address.isIn(NETWORK, PREFIX_BITS);
    }

    /// {@return whether the router answers to it}
    static boolean isOurs(Ipv4Address address) {
        return address.equals(GATEWAY) || address.equals(DNS);
    }

    static boolean isBroadcast(Ipv4Address address) {
        return address.equals(BROADCAST) || address.equals(Ipv4Address.BROADCAST);
    }

    /// {@return whether a guest may have it}
    static boolean isGuest(Ipv4Address address) {
        return contains(address) && !isOurs(address) && !isBroadcast(address)
                && !address.equals(NETWORK);
    }

    /// {@return whether the router may answer a packet with an ICMP error: it is no fragment but
    /// the first, was sent to one address, and is no ICMP error itself}
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc1122 RFC 1122, section 3.2.2 "Internet Control Message Protocol"
    static boolean mayBeToldOf(Ipv4Packet packet) {
        return packet.fragment().offset() == 0 && !isBroadcast(packet.destination())
                && packet.destination().value() >>> 28 < 0xE
                && packet.protocol() != Ipv4Packet.ICMP;
    }
}
