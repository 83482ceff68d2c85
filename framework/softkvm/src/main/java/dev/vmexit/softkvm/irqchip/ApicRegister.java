package dev.vmexit.softkvm.irqchip;

/// The registers of a local APIC: offsets in the xAPIC page, sixteen bytes a slot. The MSR of a
/// slot in x2APIC mode is 0x800 + offset / 16.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.4.1 "The Local APIC Block Diagram"; section 10.12.1.2 "x2APIC Register Address Space"
enum ApicRegister {
    ID(0x020, 1, Access.READ_WRITE, Access.READ),
    VERSION(0x030, 1, Access.READ, Access.READ),
    TPR(0x080, 1, Access.READ_WRITE, Access.READ_WRITE),
    APR(0x090, 1, Access.READ, Access.NONE),
    PPR(0x0A0, 1, Access.READ, Access.READ),
    EOI(0x0B0, 1, Access.WRITE, Access.WRITE),
    RRD(0x0C0, 1, Access.READ, Access.NONE),
    LDR(0x0D0, 1, Access.READ_WRITE, Access.READ),
    DFR(0x0E0, 1, Access.READ_WRITE, Access.NONE),
    SVR(0x0F0, 1, Access.READ_WRITE, Access.READ_WRITE),
    ISR(0x100, 8, Access.READ, Access.READ),
    TMR(0x180, 8, Access.READ, Access.READ),
    IRR(0x200, 8, Access.READ, Access.READ),
    ESR(0x280, 1, Access.READ_WRITE, Access.READ_WRITE),
    ICR(0x300, 1, Access.READ_WRITE, Access.READ_WRITE),
    ICR_HIGH(0x310, 1, Access.READ_WRITE, Access.NONE),
    LVT_TIMER(0x320, 1, Access.READ_WRITE, Access.READ_WRITE),
    LVT_THERMAL(0x330, 1, Access.READ_WRITE, Access.READ_WRITE),
    LVT_PERFORMANCE(0x340, 1, Access.READ_WRITE, Access.READ_WRITE),
    LVT_LINT0(0x350, 1, Access.READ_WRITE, Access.READ_WRITE),
    LVT_LINT1(0x360, 1, Access.READ_WRITE, Access.READ_WRITE),
    LVT_ERROR(0x370, 1, Access.READ_WRITE, Access.READ_WRITE),
    INITIAL_COUNT(0x380, 1, Access.READ_WRITE, Access.READ_WRITE),
    CURRENT_COUNT(0x390, 1, Access.READ, Access.READ),
    DIVIDE(0x3E0, 1, Access.READ_WRITE, Access.READ_WRITE),
    SELF_IPI(0x3F0, 1, Access.NONE, Access.WRITE);

    /// What a guest may do with a register.
    enum Access {
        NONE, READ, WRITE, READ_WRITE;

        boolean reads() {
            return this == READ || this == READ_WRITE;
        }

        boolean writes() {
            return this == WRITE || this == READ_WRITE;
        }
    }

    static final int SLOT_BYTES = 16;
    static final int SLOTS = 64;

    private static final ApicRegister[] BY_SLOT = new ApicRegister[SLOTS];

    static {
        for (ApicRegister register : values()) {
            for (int i = 0; i < register.slots; i++) {
                BY_SLOT[register.slot() + i] = register;
            }
        }
    }

    private final int offset;
    private final int slots;
    private final Access xapic;
    private final Access x2apic;

    ApicRegister(int offset, int slots, Access xapic, Access x2apic) {
        this.offset = offset;
        this.slots = slots;
        this.xapic = xapic;
        this.x2apic = x2apic;
    }

    /// {@return the register in that slot, or null if the slot is reserved}
    static ApicRegister inSlot(int slot) {
        return slot >= 0 && slot < SLOTS ? BY_SLOT[slot] : null;
    }

    int slot() {
        return offset / SLOT_BYTES;
    }

    int offset() {
        return offset;
    }

    Access access(boolean x2apicMode) {
        return x2apicMode ? x2apic : xapic;
    }
}
