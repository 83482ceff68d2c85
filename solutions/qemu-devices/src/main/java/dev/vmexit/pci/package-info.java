/// PCI: configuration space, base address registers, message-signalled interrupts, and the host
/// bridge through which the CPU reaches them.
///
/// Read [PciFunction], then [PciHost], then [MsixTable].
package dev.vmexit.pci;
