package dev.vmexit.softkvm.packed;

/// An instruction on XMM registers that has an immediate byte.
@FunctionalInterface
public interface WideImmediate {
    /// @param d lo and hi of the first operand, which some ignore; replaced by the result
    /// @param bLo bits 63 to 0 of the source
    /// @param bHi bits 127 to 64 of the source
    /// @param imm8 0 to 255
    void apply(long[] d, long bLo, long bHi, int imm8);
}
