package dev.vmexit.softkvm.irqchip;

/// The time of one machine. It never goes back; it may be the host's, or count instructions.
public interface MachineClock {
    /// {@return nanoseconds since some moment that stays the same}
    long nanos();

    /// {@return what `RDTSC` reads now, unsigned}
    long tsc();

    /// {@return how many thousand times a second [#tsc] advances}
    long tscKhz();
}
