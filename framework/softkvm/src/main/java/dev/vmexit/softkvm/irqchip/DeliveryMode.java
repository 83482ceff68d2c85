package dev.vmexit.softkvm.irqchip;

/// What a message asks of a CPU, in the order of the three-bit field of an ICR, an LVT entry, a
/// redirection entry and an MSI.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.6.1 "Interrupt Command Register (ICR)"
enum DeliveryMode {
    FIXED, LOWEST_PRIORITY, SMI, RESERVED, NMI, INIT, STARTUP, EXTINT;

    private static final DeliveryMode[] BY_NUMBER = values();

    /// {@return the mode in bits 10:8 of `word`}
    static DeliveryMode of(int word) {
        return BY_NUMBER[word >> 8 & 7];
    }
}
