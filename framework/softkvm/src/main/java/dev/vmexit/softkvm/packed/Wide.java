package dev.vmexit.softkvm.packed;

/// An instruction on XMM registers that mixes their halves.
@FunctionalInterface
public interface Wide {
    /// @param d lo and hi of the first operand, which some ignore; replaced by the result
    /// @param bLo bits 63 to 0 of the source
    /// @param bHi bits 127 to 64 of the source
    void apply(long[] d, long bLo, long bHi);
}
