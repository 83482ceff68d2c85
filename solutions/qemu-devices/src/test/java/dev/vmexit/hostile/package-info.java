/// A guest that means harm, against all devices of a PC at once.
///
/// ```
///  Attack ──ports, addresses, RAM──► Board: the devices    then Proof: do they still work?
/// ```
///
/// Read [DeviceFuzzTest], then [Attack].
package dev.vmexit.hostile;
