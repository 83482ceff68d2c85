/// One thread for all sockets and all timers of a network.
///
/// Read [EventLoop].
package dev.vmexit.net.user.loop;
