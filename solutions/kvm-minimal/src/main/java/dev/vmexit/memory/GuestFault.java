package dev.vmexit.memory;

/// The guest did what no guest may do, and there is no answer the specification would give.
///
/// That virtual machine is stopped and the message says why; the host goes on.
public final class GuestFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    public GuestFault(String what) {
        super(what);
    }
}
