package dev.vmexit.softkvm.fp;

/// Where an operation takes place: two operands, a result, and what happened on the way. It exists
/// so that no operation allocates; each [MxCsr] and [X87Status] owns one, and with it its thread.
final class Workspace {
    final Unpacked a = new Unpacked();
    final Unpacked b = new Unpacked();
    final Unpacked result = new Unpacked();
    /// `IE`, `DE`, `ZE`: what is known before anything is rounded.
    int flags;
    int roundingMode;

    private final boolean x87;

    /// @param x87 whether of two NaNs the larger significand wins; with SSE it is the first operand
    Workspace(boolean x87) {
        this.x87 = x87;
    }

    /// {@return whether `a` or `b` is no number} If so, the result and `IE` are settled.
    boolean settleNan() {
        if (!a.isNoNumber() && !b.isNoNumber()) {
            return false;
        }
        if (a.isSignaling() || b.isSignaling()) {
            flags |= Flags.IE;
        }
        if (a.kind == Unpacked.Kind.UNSUPPORTED || b.kind == Unpacked.Kind.UNSUPPORTED) {
            result.setIndefinite();
        } else {
            result.set(winner());
            result.high |= Unpacked.QUIET;
        }
        return true;
    }

    /// @spec https://www.intel.com/sdm Intel SDM vol. 1, section 4.8.3.5, "Operating on SNaNs and QNaNs", table 4-7
    private Unpacked winner() {
        if (!a.isNan() || !b.isNan()) {
            return a.isNan() ? a : b;
        }
        if (!x87) {
            return a;
        }
        if (a.isSignaling() != b.isSignaling()) {
            return a.isSignaling() ? b : a;
        }
        int order = Long.compareUnsigned(a.high, b.high);
        if (order != 0) {
            return order > 0 ? a : b;
        }
        return a.negative ? b : a;
    }

    /// The same for an operation on `a` alone.
    boolean settleNanOfOne() {
        b.setZero(false);
        return settleNan();
    }

    void noteDenormals() {
        if (a.denormal || b.denormal) {
            flags |= Flags.DE;
        }
    }

    void invalid() {
        flags |= Flags.IE;
        result.setIndefinite();
    }
}
