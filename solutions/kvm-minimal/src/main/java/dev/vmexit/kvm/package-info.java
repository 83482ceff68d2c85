/// KVM: three kinds of file descriptor, and a page that the kernel and this process share.
///
/// ```
///  open("/dev/kvm")      Kvm    what can this KVM do?          KVM_CHECK_EXTENSION
///    └ KVM_CREATE_VM     Vm     memory, interrupt controllers  KVM_SET_USER_MEMORY_REGION
///        └ KVM_CREATE_VCPU  Vcpu   registers; run until exit   KVM_RUN
///             └ mmap        KvmRun the exit, and its answer
/// ```
///
/// Read them in this order, then [ExitDecoder] and [VmExit]. Left out: nested virtualization, SMM,
/// and the in-kernel devices of other architectures.
package dev.vmexit.kvm;
