/// What a machine is started from: which KVM, which kernel, which initial file system, what the
/// guest's lines lead to.
///
/// Read [KvmSpeed], then [KernelSource].
package dev.vmexit.boot;
