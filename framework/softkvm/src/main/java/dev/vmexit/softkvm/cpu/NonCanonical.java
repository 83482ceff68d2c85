package dev.vmexit.softkvm.cpu;

/// An address whose upper 16 bits do not repeat bit 47. It is `#SS` when the access goes through
/// the stack segment and `#GP` otherwise; only the instruction knows which, so the main loop
/// decides.
public final class NonCanonical extends RuntimeException {
    private static final NonCanonical ACCESS = new NonCanonical();
    private static final long serialVersionUID = 1;

    private NonCanonical() {
        super(null, null, false, false);
    }

    static NonCanonical access() {
        return ACCESS;
    }
}
