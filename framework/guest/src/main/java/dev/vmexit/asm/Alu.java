package dev.vmexit.asm;

/// The eight arithmetic operations that share one encoding; the ordinal is their number in it.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, appendix A.4, table A-6 group 1
public enum Alu {
    ADD, OR, ADC, SBB, AND, SUB, XOR, CMP;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
