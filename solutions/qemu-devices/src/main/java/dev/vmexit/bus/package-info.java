/// Two buses, one for ports and one for addresses without RAM: who answers here?
///
/// Read [Bus]; [SystemBus] is the pair that a run loop talks to.
package dev.vmexit.bus;
