package dev.vmexit.softkvm.packed;

/// The MMX form of an instruction that has an immediate byte.
@FunctionalInterface
public interface LaneImmediate {
    /// {@return what the instruction leaves in the destination}
    ///
    /// @param a the destination's old value, which some ignore
    /// @param b the source
    /// @param imm8 0 to 255
    long apply(long a, long b, int imm8);
}
