package dev.vmexit.net.user.wire;

/// Why something of the guest's, or for the guest, was not carried.
public enum Drop {
    /// Shorter than its header, or longer than the MTU allows.
    ETHERNET,
    /// A destination that is not the gateway, or a protocol that is not carried, such as IPv6.
    NOT_FOR_US,
    ARP,
    /// A wrong length, version or checksum, or a source that is not of this network.
    IPV4,
    /// Fragments that overlap, are too many, too large or too late.
    FRAGMENT, ICMP, UDP, TCP, DHCP,
    /// A query that is too short, or is none.
    DNS,
    /// A table is full.
    LIMIT,
    /// More frames than the network takes at a time.
    FLOOD,
    /// The guest had no receive buffer.
    NO_ROOM,
    /// A mistake of this program's; the frame is lost, the network goes on.
    FAULT
}
