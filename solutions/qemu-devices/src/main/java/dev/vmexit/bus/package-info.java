/// A bus: who answers at this address? A PC has one for ports and one for memory without RAM.
///
/// Read [Bus].
package dev.vmexit.bus;
