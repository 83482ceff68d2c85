/// The packets of the virtual network as records: parsed with every check, built with every
/// checksum.
///
/// A `parse` that finds a packet malformed returns empty and throws nothing. Read [EthernetFrame],
/// then [Ipv4Packet].
package dev.vmexit.net.user.wire;
