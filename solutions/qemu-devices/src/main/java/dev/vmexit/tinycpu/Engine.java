package dev.vmexit.tinycpu;

/// A way to execute what is in a [TinyCpu].
public interface Engine {
    /// Why it returned.
    enum Stop {
        /// `HLT` was executed.
        HALTED,
        /// As many instructions as were asked for.
        LIMIT
    }

    /// Executes until `HLT`, or until that many instructions or a few more have been executed.
    ///
    /// @throws UndefinedOpcode when it comes to bytes that are none of the twelve instructions; all
    ///     instructions before have been executed, and IP is at these bytes
    /// @throws SegmentOverrun if the guest leaves its segment
    Stop run(long instructions);
}
