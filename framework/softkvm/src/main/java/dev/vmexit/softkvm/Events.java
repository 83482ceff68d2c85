package dev.vmexit.softkvm;

/// What is to be delivered to the guest before its next instruction, set by ioctls.
final class Events {
    /// From `KVM_SET_VCPU_EVENTS`: an exception that has not been delivered yet, or −1.
    int exception = -1;
    int exceptionError;
    boolean exceptionHasError;
    /// An NMI that was on its way when the state was saved.
    boolean nmi;
    /// From `KVM_INTERRUPT` or from a saved state: acknowledged, so that it is delivered whether
    /// the guest wants it or not; or −1.
    int interrupt = -1;
    /// Where `KVM_MP_STATE_SIPI_RECEIVED` starts: its page number.
    int sipiVector;
}
