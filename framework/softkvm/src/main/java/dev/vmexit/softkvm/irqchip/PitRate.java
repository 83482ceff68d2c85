package dev.vmexit.softkvm.irqchip;

/// The crystal of the timer: 1 193 182 clocks a second, converted without a rounding that adds up.
final class PitRate {
    static final long HZ = 1_193_182;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private PitRate() {}

    /// {@return the whole clocks in that time, which is not negative}
    // tag::clocks[]
    static long clocksIn(long nanos) {
        return nanos / NANOS_PER_SECOND * HZ + nanos % NANOS_PER_SECOND * HZ / NANOS_PER_SECOND;
    }
    // end::clocks[]

    /// {@return the first nanosecond in which [#clocksIn] is `clocks`}
    static long nanosOf(long clocks) {
        long rest = clocks % HZ * NANOS_PER_SECOND;
        return clocks / HZ * NANOS_PER_SECOND + (rest + HZ - 1) / HZ;
    }
}
