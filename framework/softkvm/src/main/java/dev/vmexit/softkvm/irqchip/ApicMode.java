package dev.vmexit.softkvm.irqchip;

/// `IA32_APIC_BASE`: whether a local APIC is there, and in which mode.
///
/// ```
///  EXTD EN
///   0   0   disabled ◄──► xAPIC            0   1   xAPIC ──► x2APIC
///   1   0   invalid                        1   1   x2APIC ──► disabled
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.12.5 "x2APIC State Transitions"
final class ApicMode {
    static final long BOOT_CPU = 1 << 8;
    static final long X2APIC = 1 << 10;
    static final long ENABLE = 1 << 11;

    private static final long DEFAULT_PAGE = 0xFEE0_0000L;
    private static final long PAGE_MASK = 0x000F_FFFF_FFFF_F000L;

    private long base;

    ApicMode(boolean bootCpu) {
        base = DEFAULT_PAGE | ENABLE | (bootCpu ? BOOT_CPU : 0);
    }

    long base() {
        return base;
    }

    /// @throws IllegalArgumentException if a guest may not write that now
    void checkTransition(long next) {
        boolean fromX2ToXapic = isX2() && (next & (ENABLE | X2APIC)) == ENABLE;
        boolean fromDisabledToX2 = !isEnabled() && (next & X2APIC) != 0;
        if (fromX2ToXapic || fromDisabledToX2) {
            throw new IllegalArgumentException("IA32_APIC_BASE cannot go from "
                    + Long.toHexString(base) + " to " + Long.toHexString(next));
        }
    }

    /// @throws IllegalArgumentException if no APIC could be in that state
    void set(long next) {
        boolean reserved = (next & ~(PAGE_MASK | ENABLE | X2APIC | BOOT_CPU)) != 0;
        boolean invalid = (next & (ENABLE | X2APIC)) == X2APIC;
        if (reserved || invalid) {
            throw new IllegalArgumentException("IA32_APIC_BASE cannot be "
                    + Long.toHexString(next));
        }
        base = next;
    }

    boolean isEnabled() {
        return (base & ENABLE) != 0;
    }

    boolean isX2() {
        return (base & (ENABLE | X2APIC)) == (ENABLE | X2APIC);
    }

    boolean isBootCpu() {
        return (base & BOOT_CPU) != 0;
    }
}
