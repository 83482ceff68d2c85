package dev.vmexit.asm;

/// When a conditional jump is taken; the ordinal is the low half of its opcode.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, appendix B.1.4.7 "Condition Test (tttn) Field"
public enum Condition {
    O, NO, B, AE, E, NE, BE, A, S, NS, P, NP, L, GE, LE, G;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
