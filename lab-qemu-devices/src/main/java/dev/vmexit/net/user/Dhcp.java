package dev.vmexit.net.user;

import dev.vmexit.course.Todo;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.UdpDatagram;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/// The DHCP server, at 10.0.2.2.
///
/// @spec https://www.rfc-editor.org/rfc/rfc2131 RFC 2131, section 4.3 "DHCP server behavior"
/// @spec https://www.rfc-editor.org/rfc/rfc2132 RFC 2132, sections 3 to 9, the options
final class Dhcp {
    static final int SERVER_PORT = 67;
    static final int CLIENT_PORT = 68;
    static final int LEASE_SECONDS = 86_400;

    private static final int SUBNET_MASK = 1;
    private static final int ROUTER = 3;
    private static final int DOMAIN_NAME_SERVER = 6;
    private static final int INTERFACE_MTU = 26;
    private static final int BROADCAST_ADDRESS = 28;
    private static final int REQUESTED_ADDRESS = 50;
    private static final int LEASE_TIME = 51;
    private static final int MESSAGE_TYPE = 53;
    private static final int SERVER_IDENTIFIER = 54;
    private static final int RENEWAL_TIME = 58;
    private static final int REBINDING_TIME = 59;

    private static final int DHCPDISCOVER = 1;
    private static final int DHCPOFFER = 2;
    private static final int DHCPREQUEST = 3;
    private static final int DHCPDECLINE = 4;
    private static final int DHCPACK = 5;
    private static final int DHCPNAK = 6;
    private static final int DHCPRELEASE = 7;
    private static final int DHCPINFORM = 8;

    private final BiConsumer<MacAddress, Ipv4Packet> guest;
    private final int mtu;
    private final Drops drops;
    private final DhcpLeases leases;
    private Ipv4Address latest = VirtualNetwork.FIRST_GUEST;

    /// @param guest sends a packet to a card, which may not have its address yet
    /// @param mtu what a guest is told, in bytes
    /// @param clock in milliseconds
    Dhcp(BiConsumer<MacAddress, Ipv4Packet> guest, int mtu, LongSupplier clock, Drops drops) {
        this.guest = guest;
        this.mtu = mtu;
        this.drops = drops;
        this.leases = new DhcpLeases(clock, TimeUnit.SECONDS.toMillis(LEASE_SECONDS));
    }

    /// {@return the address that was last given, or the first that would be}
    Ipv4Address guestAddress() {
        return latest;
    }

    void receive(byte[] data) {
        Optional<DhcpMessage> parsed = DhcpMessage.parse(data)
                .filter(m -> m.op() == DhcpMessage.BOOTREQUEST && m.chaddr().isUnicast());
        if (parsed.isEmpty()) {
            drops.count(Drop.DHCP);
            return;
        }
        DhcpMessage message = parsed.get();
        switch (message.octet(MESSAGE_TYPE)) {
            case DHCPDISCOVER -> leases.find(message.chaddr())
                    .ifPresent(address -> reply(message, DHCPOFFER, address));
            case DHCPREQUEST -> request(message);
            case DHCPDECLINE -> message.address(REQUESTED_ADDRESS)
                    .ifPresent(address -> leases.decline(message.chaddr(), address));
            case DHCPRELEASE -> leases.release(message.chaddr(), message.ciaddr());
            case DHCPINFORM -> reply(message, DHCPACK, Ipv4Address.ANY);
            default -> drops.count(Drop.DHCP);
        }
    }

    /// A client that renews has its address in ciaddr; one that selects an offer, or has rebooted,
    /// in option 50. An address that the server does not know, as after its own restart, is given
    /// if it is free. One that names another server in option 54 is not for us.
    private void request(DhcpMessage message) {
        throw Todo.of("dev-16", "acknowledge, refuse, or keep silent");
    }

    private void reply(DhcpMessage to, int type, Ipv4Address yiaddr) {
        var reply = new DhcpMessage(DhcpMessage.BOOTREPLY, to.xid(), to.flags(),
                type == DHCPACK ? to.ciaddr() : Ipv4Address.ANY, yiaddr, to.chaddr(),
                options(type, !yiaddr.equals(Ipv4Address.ANY)));
        boolean broadcast = type == DHCPNAK || to.ciaddr().equals(Ipv4Address.ANY)
                && (to.flags() & DhcpMessage.BROADCAST_FLAG) != 0;
        Ipv4Address destination = to.ciaddr().equals(Ipv4Address.ANY) ? yiaddr : to.ciaddr();
        guest.accept(broadcast ? MacAddress.BROADCAST : to.chaddr(),
                new UdpDatagram(SERVER_PORT, CLIENT_PORT, reply.toBytes())
                        .toPacket(VirtualNetwork.GATEWAY,
                                broadcast ? Ipv4Address.BROADCAST : destination));
    }

    /// | options | in |
    /// |---------|----|
    /// | 53 message type, 54 server identifier | every reply |
    /// | 1 subnet mask, 3 router, 6 DNS server, 26 MTU, 28 broadcast | all but DHCPNAK |
    /// | 51 lease time, 58 renewal at half of it, 59 rebinding at 7/8 | those with a lease |
    ///
    /// {@return the options of a reply by number; addresses and times have 4 bytes, the MTU 2}
    ///
    /// @param leased whether the reply gives the client an address
    /// @spec https://www.rfc-editor.org/rfc/rfc2131 RFC 2131, section 4.3.1 "DHCPDISCOVER message", table 3
    private Map<Integer, byte[]> options(int type, boolean leased) {
        throw Todo.of("dev-16", "what a guest has to know besides its address");
    }

    /// {@return a number in 4 bytes, the most significant first}
    private static byte[] bytes(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    int leases() {
        return leases.size();
    }
}
