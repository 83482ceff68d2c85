/// A cable into the host's own network: a TAP interface of Linux.
///
/// Read [TapLink], then [TapDevice].
package dev.vmexit.net.tap;
