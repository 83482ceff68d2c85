package dev.vmexit.net.user;

import dev.vmexit.net.MacAddress;
import dev.vmexit.net.user.wire.Ipv4Address;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Who may have which address: one a card, the lowest that is free, the same one every time.
///
/// A lease lasts as long as the network: the addresses are many more than the guest's cards.
final class DhcpLeases {
    private final Map<MacAddress, Ipv4Address> leases = new HashMap<>();
    /// Addresses that a guest found in use by another.
    private final Set<Ipv4Address> declined = new HashSet<>();

    /// {@return the card's address, a new one if it has none; empty if all are taken}
    Optional<Ipv4Address> find(MacAddress card) {
        Ipv4Address known = leases.get(card);
        if (known != null) {
            return Optional.of(known);
        }
        int last = VirtualNetwork.LAST_GUEST.value();
        for (int value = VirtualNetwork.FIRST_GUEST.value(); value <= last; value++) {
            if (take(card, new Ipv4Address(value))) {
                return Optional.of(new Ipv4Address(value));
            }
        }
        return Optional.empty();
    }

    /// {@return whether the card may have this address, which is its own from then on}
    boolean take(MacAddress card, Ipv4Address address) {
        Ipv4Address known = leases.get(card);
        if (known != null) {
            return known.equals(address);
        }
        boolean free = isInPool(address) && !leases.containsValue(address)
                && !declined.contains(address);
        if (free) {
            leases.put(card, address);
        }
        return free;
    }

    private static boolean isInPool(Ipv4Address address) {
        return address.value() >= VirtualNetwork.FIRST_GUEST.value()
                && address.value() <= VirtualNetwork.LAST_GUEST.value();
    }

    void release(MacAddress card, Ipv4Address address) {
        leases.remove(card, address);
    }

    void decline(MacAddress card, Ipv4Address address) {
        if (leases.remove(card, address)) {
            declined.add(address);
        }
    }

    int size() {
        return leases.size();
    }
}
