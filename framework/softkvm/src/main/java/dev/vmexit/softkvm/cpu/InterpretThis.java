package dev.vmexit.softkvm.cpu;

/// Translated code has met an instruction that it cannot finish by itself: a write into code, a
/// write to a device. Nothing has been written; the interpreter executes the instruction again.
public final class InterpretThis extends RuntimeException {
    public static final InterpretThis NOW = new InterpretThis();
    private static final long serialVersionUID = 1;

    private InterpretThis() {
        super(null, null, false, false);
    }
}
