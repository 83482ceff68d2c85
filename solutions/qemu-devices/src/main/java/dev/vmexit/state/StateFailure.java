package dev.vmexit.state;

/// A saved machine that cannot be written, or that is not one, or not one for this machine; the
/// message says which.
public final class StateFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StateFailure(String message) {
        super(message);
    }

    public StateFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
