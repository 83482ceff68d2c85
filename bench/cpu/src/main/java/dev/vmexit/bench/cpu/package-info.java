/// Soft KVM's CPU against its peer, QEMU's TCG, and against the host's own: the same programs in
/// the same initramfs on the same kernel. Read [CpuBench].
package dev.vmexit.bench.cpu;
