/// Where the guest's sectors are kept: raw files and qcow2 images.
///
/// Read [Disk], then [Disks], which opens them; [Images] makes new ones.
package dev.vmexit.disk;
