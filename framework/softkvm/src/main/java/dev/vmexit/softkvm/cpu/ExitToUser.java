package dev.vmexit.softkvm.cpu;

/// Leaves `KVM_RUN` in the middle of an instruction; `kvm_run` is already filled in.
public final class ExitToUser extends RuntimeException {
    public static final ExitToUser NOW = new ExitToUser();
    private static final long serialVersionUID = 1;

    private ExitToUser() {
        super(null, null, false, false);
    }
}
