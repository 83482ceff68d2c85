package dev.vmexit.softkvm.cpu;

/// The guest asks for something that this CPU knows of and does not do; the VM ends with
/// `KVM_EXIT_INTERNAL_ERROR`.
public final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Unsupported(String what) {
        super(what, null, false, false);
    }
}
