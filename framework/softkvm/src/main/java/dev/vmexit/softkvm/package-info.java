/// `/dev/kvm` in Java: the ioctl face of Soft KVM.
///
/// [SoftKernel] answers [dev.vmexit.host.LibC] as the Linux kernel would: same numbers, same struct
/// bytes, same errno. Behind it a [Vm] and its [Vcpu]s. Read [SoftKernel], then [VcpuLoop]. The CPU
/// itself is in `cpu`, `insn`, `ops`, `exec` and `translate`, the interrupt controllers in
/// `irqchip`.
package dev.vmexit.softkvm;
