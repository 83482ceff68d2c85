/// Guest memory as Soft KVM sees it: slots of host memory at guest-physical addresses.
///
/// Below everything else in this module. Read [Slot] first, then [GuestMemory]; [Host] is the one
/// place where an address becomes an access.
package dev.vmexit.softkvm.ram;
