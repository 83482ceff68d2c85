/// What a machine is started from: which KVM, which kernel, which initial file system, which
/// terminal.
///
/// Read [KvmSpeed], then [KernelSource].
package dev.vmexit.boot;
