package dev.vmexit.tinycpu;

/// The guest did something that this CPU cannot go on from: the guest's fault, or a limit of the
/// twelve instructions.
public abstract sealed class GuestError extends RuntimeException
        permits UndefinedOpcode, SegmentOverrun {
    private static final long serialVersionUID = 1;

    private final int address;

    GuestError(int address, String message) {
        super(message);
        this.address = address;
    }

    /// {@return the offset in the segment where it happened}
    public int address() {
        return address;
    }
}
