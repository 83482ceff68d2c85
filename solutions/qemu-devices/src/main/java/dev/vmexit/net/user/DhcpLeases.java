package dev.vmexit.net.user;

import dev.vmexit.net.MacAddress;
import dev.vmexit.net.user.wire.Ipv4Address;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Who may have which address, and how long: one a card, the lowest that is free, the same one
/// every time.
///
/// ```
///  find: offered for a minute ──take──► leased ──time──► expired, and the card's own as long as
///                                          │             nobody else needs it
///                                          └──decline──► nobody's, as long as a lease
/// ```
///
/// @spec https://www.rfc-editor.org/rfc/rfc2131 RFC 2131, section 4.3.1 "DHCPDISCOVER message"
final class DhcpLeases {
    /// For how long an address is kept for a card that was offered it.
    static final long OFFER_MILLIS = 60_000;

    private static final int FIRST = VirtualNetwork.FIRST_GUEST.value();
    private static final int LAST = VirtualNetwork.LAST_GUEST.value();

    /// @param card whose it is or was; [MacAddress#NONE] if a guest found the address in use
    /// @param until when it expires
    private record Lease(MacAddress card, long until) {}

    private final LongSupplier clock;
    private final long leaseMillis;
    private final Map<Ipv4Address, Lease> leases = new LinkedHashMap<>();

    /// @param clock in milliseconds
    DhcpLeases(LongSupplier clock, long leaseMillis) {
        this.clock = clock;
        this.leaseMillis = leaseMillis;
    }

    /// {@return the address to offer a card: its own, or one that nobody had, or the one that
    /// expired first; empty if all are taken}
    Optional<Ipv4Address> find(MacAddress card) {
        Optional<Ipv4Address> found = of(card).or(this::unused).or(this::longestExpired);
        found.ifPresent(address -> hold(address, card, OFFER_MILLIS));
        return found;
    }

    /// {@return the address that is or was the card's}
    private Optional<Ipv4Address> of(MacAddress card) {
        return leases.keySet().stream().filter(address -> leases.get(address).card.equals(card))
                .findFirst();
    }

    private Optional<Ipv4Address> unused() {
        for (int value = FIRST; value <= LAST; value++) {
            var address = new Ipv4Address(value);
            if (!leases.containsKey(address)) {
                return Optional.of(address);
            }
        }
        return Optional.empty();
    }

    private Optional<Ipv4Address> longestExpired() {
        return leases.keySet().stream()
                .min(Comparator.comparingLong(address -> leases.get(address).until))
                .filter(this::isFree);
    }

    private boolean isFree(Ipv4Address address) {
        Lease lease = leases.get(address);
        return lease == null || lease.until <= clock.getAsLong();
    }

    /// An offer does not shorten a lease.
    private void hold(Ipv4Address address, MacAddress card, long millis) {
        Lease known = leases.get(address);
        long until = clock.getAsLong() + millis;
        boolean own = known != null && known.card.equals(card);
        leases.put(address, new Lease(card, own ? Math.max(until, known.until) : until));
    }

    /// Gives a card an address, or more time with it.
    ///
    /// @return whether it may have it: it is its own, or it has none and this one is free
    boolean take(MacAddress card, Ipv4Address address) {
        Optional<Ipv4Address> known = of(card);
        boolean may = known.isPresent()
                ? known.get().equals(address)
                : isInPool(address) && isFree(address);
        if (may) {
            hold(address, card, leaseMillis);
        }
        return may;
    }

    private static boolean isInPool(Ipv4Address address) {
        return address.value() >= FIRST && address.value() <= LAST;
    }

    void release(MacAddress card, Ipv4Address address) {
        if (isOf(card, address)) {
            leases.remove(address);
        }
    }

    void decline(MacAddress card, Ipv4Address address) {
        if (isOf(card, address)) {
            leases.put(address, new Lease(MacAddress.NONE, clock.getAsLong() + leaseMillis));
        }
    }

    private boolean isOf(MacAddress card, Ipv4Address address) {
        return of(card).equals(Optional.of(address));
    }

    /// {@return how many addresses are not free}
    int size() {
        return (int) leases.keySet().stream().filter(address -> !isFree(address)).count();
    }
}
