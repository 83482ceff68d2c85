package dev.vmexit.softkvm;

/// What is to be delivered to the guest before its next instruction, set by ioctls.
final class Events {
    /// From `KVM_SET_VCPU_EVENTS`: an exception that has not been delivered yet, or −1.
    int exception = -1;
    int exceptionError;
    /// From `KVM_INTERRUPT`, without in-kernel interrupt controllers; or −1.
    int interrupt = -1;
}
