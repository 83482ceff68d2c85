/// virtio 1.2: devices that know they are in a virtual machine, and the rings through which drivers
/// hand them work.
///
/// Read [VirtQueue], then [VirtioBlk], then [VirtioPci].
package dev.vmexit.virtio;
