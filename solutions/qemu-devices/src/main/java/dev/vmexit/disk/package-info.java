/// Where the guest's sectors are kept: raw files and qcow2 images.
///
/// Read [Disk].
package dev.vmexit.disk;
