/// The far end of the guest's TCP connections: a TCP towards the guest, a socket towards the host.
///
/// ```
///  guest ◄── segments ──► SendHalf, ReceiveHalf ◄── bytes ──► HostSocket
///                         └── TcpConnection ──┘
/// ```
///
/// Read [TcpFlows], then [TcpConnection].
package dev.vmexit.net.user.tcp;
