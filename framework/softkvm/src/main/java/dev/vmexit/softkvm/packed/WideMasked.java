package dev.vmexit.softkvm.packed;

/// An instruction on XMM registers that is steered by a third one, `XMM0`.
@FunctionalInterface
public interface WideMasked {
    /// @param d lo and hi of the first operand; replaced by the result
    /// @param bLo bits 63 to 0 of the source
    /// @param bHi bits 127 to 64 of the source
    /// @param maskLo bits 63 to 0 of `XMM0`
    /// @param maskHi bits 127 to 64 of `XMM0`
    void apply(long[] d, long bLo, long bHi, long maskLo, long maskHi);
}
