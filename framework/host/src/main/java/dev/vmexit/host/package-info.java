/// The operating system as Java sees it: the few C library calls a hypervisor needs, their errors,
/// and mapped memory.
///
/// Everything above asks the kernel through [LibC] and through nothing else. That is the seam where
/// a second kernel can stand: whoever implements [LibC] may answer `/dev/kvm` itself. Read [LibC]
/// first, then [NativeLibC], then [Mapping].
package dev.vmexit.host;
