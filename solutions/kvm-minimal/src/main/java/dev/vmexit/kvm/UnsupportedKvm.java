package dev.vmexit.kvm;

/// There is a KVM, but not one that this hypervisor can use.
public final class UnsupportedKvm extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnsupportedKvm(String why) {
        super(why);
    }
}
