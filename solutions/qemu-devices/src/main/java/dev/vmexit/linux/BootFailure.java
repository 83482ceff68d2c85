package dev.vmexit.linux;

/// A kernel, an initrd or an option with which no machine can be started; one sentence says why.
public final class BootFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BootFailure(String why) {
        super(why);
    }
}
