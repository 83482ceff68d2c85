package dev.vmexit.softkvm.packed;

/// An instruction that treats every 64 bits alike: once for an MMX register, twice for an XMM one.
///
/// A few need both MMX operands but mix the halves of an XMM register; those have a [Wide] of the
/// same name.
@FunctionalInterface
public interface Lane {
    /// {@return what the instruction leaves in the destination}
    ///
    /// @param a the destination's old value, the first operand
    /// @param b the source; for [Shift] the count
    long apply(long a, long b);
}
