package dev.vmexit.softkvm.irqchip;

/// An interrupt on its way to the local APICs.
///
/// @param destination an APIC id if physical, a set of them if `logical`; or [#BROADCAST]
/// @param level whether the last EOI has to be told to the IOAPICs
record Message(DeliveryMode mode, int vector, int destination, boolean logical, boolean level) {
    static final int BROADCAST = -1;

    private static final int DESTINATION_LOGICAL = 1 << 11;
    private static final int LEVEL_TRIGGERED = 1 << 15;

    private static final int MSI_LOGICAL = 1 << 2;
    private static final int MSI_REDIRECTION_HINT = 1 << 3;

    /// {@return the message an ICR, or the low half of a redirection entry, describes}
    // tag::of[]
    static Message of(int word, int destination) {
        return new Message(DeliveryMode.of(word), word & 0xFF, destination,
                (word & DESTINATION_LOGICAL) != 0, (word & LEVEL_TRIGGERED) != 0);
    }
    // end::of[]

    /// {@return the message that a write of `data` to `address` is}
    ///
    /// @param ids32 whether bits 63:40 of the address are bits 31:8 of the destination
    /// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.11 "Message Signalled Interrupts"
    static Message ofMsi(long address, int data, boolean ids32) {
        int low = (int) address;
        int high = ids32 ? (int) (address >>> 32) & 0xFFFF_FF00 : 0;
        int destination = low >>> 12 & 0xFF | high;
        boolean logical = (low & MSI_LOGICAL) != 0;
        boolean anyOne = logical && (low & MSI_REDIRECTION_HINT) != 0;
        DeliveryMode mode = DeliveryMode.of(data);
        return new Message(anyOne && mode == DeliveryMode.FIXED
                ? DeliveryMode.LOWEST_PRIORITY
                : mode,
                data & 0xFF, high == 0 ? of8Bits(destination) : destination, logical,
                (data & LEVEL_TRIGGERED) != 0);
    }

    /// {@return the destination that eight bits name: 0xFF is everybody}
    static int of8Bits(int destination) {
        return destination == 0xFF ? BROADCAST : destination;
    }
}
