package dev.vmexit.softkvm.irqchip;

/// What an interrupt controller can do to a CPU. Any thread calls these, with the lock of the
/// machine's interrupt controllers held: an implementation sets a flag, unparks, and returns.
public interface CpuLines {
    /// There may be an interrupt now where there was none: look at [LocalApic#hasInterrupt].
    void wake();

    void nmi();

    /// INIT: the CPU resets itself and its APIC ([LocalApic#reset]), and waits for [#startup].
    void init();

    /// @param vector the page, 0 … 255, at which a CPU that waits after INIT starts in real mode
    void startup(int vector);

    void smi();
}
