package dev.vmexit.softkvm.cpu;

/// Makes a guest's `CALL` one of Java's.
public interface Calls {
    /// Runs from `c.rip`, where the callee begins, until `c.rip` is `back`. All state is in the
    /// CPU, before and after.
    ///
    /// @return whether the caller is still what stands at `back`, and there is budget left. If not,
    /// the caller returns, too.
    boolean call(long back);
}
