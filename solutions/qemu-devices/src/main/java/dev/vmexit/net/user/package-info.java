/// A network without privileges: the guest sees a router with DHCP, DNS and a way out; the host
/// sees a program with sockets.
///
/// ```
///  guest ── frames ──► UserNetwork ──► Router ─┬─ ArpTable, Dhcp, IcmpEcho   answered here
///                                              ├─ DnsForwarder, UdpFlows     datagram sockets
///                                              └─ tcp.TcpFlows               stream sockets
/// ```
///
/// Read [VirtualNetwork], [UserNetwork], then `Router`.
package dev.vmexit.net.user;
