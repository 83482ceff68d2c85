package dev.vmexit.net.user;

import dev.vmexit.course.Todo;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.user.wire.ArpPacket;
import dev.vmexit.net.user.wire.Ipv4Address;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Who has which address: learned from what guests send, answered for the router's own.
///
/// @spec https://www.rfc-editor.org/rfc/rfc826 RFC 826, "Packet Reception"
final class ArpTable {
    /// Real guests have one address; the oldest makes room.
    static final int MAX_ENTRIES = 64;

    private final Map<Ipv4Address, MacAddress> entries = new LinkedHashMap<>();

    /// Remembers the owner of a guest's address.
    void learn(Ipv4Address address, MacAddress owner) {
        if (!VirtualNetwork.isGuest(address) || !owner.isUnicast()
                || owner.equals(VirtualNetwork.ROUTER_MAC)) {
            return;
        }
        if (!entries.containsKey(address) && entries.size() == MAX_ENTRIES) {
            entries.remove(entries.keySet().iterator().next());
        }
        entries.put(address, owner);
    }

    Optional<MacAddress> find(Ipv4Address address) {
        return Optional.ofNullable(entries.get(address));
    }

    /// {@return the reply to a request for an address of the router's; other requests, such as a
    /// guest's whether its own address is taken, get none}
    Optional<ArpPacket> reply(ArpPacket packet) {
        throw Todo.of("dev-16", "answer for the addresses that are the router's");
    }

    static ArpPacket request(Ipv4Address address) {
        return new ArpPacket(ArpPacket.REQUEST, VirtualNetwork.ROUTER_MAC, VirtualNetwork.GATEWAY,
                MacAddress.NONE, address);
    }

    int size() {
        return entries.size();
    }
}
