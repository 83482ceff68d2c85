package dev.vmexit.rtc;

import java.time.Instant;

/// What happens in a clock by itself, and what of it the guest has not seen.
///
/// ```
///  bit  register B   register C   happens
///   6      PIE          PF        when a period of register A's rate is over
///   5      AIE          AF        in the second of the alarm
///   4      UIE          UF        when a second is over
/// ```
///
/// Nothing runs here: [#pass] finds out what has happened since it was called last.
///
/// @spec https://www.nxp.com/docs/en/data-sheet/MC146818.pdf Motorola MC146818, "Interrupts" and
///       table 5 "Periodic Interrupt Rate and Square Wave Output Frequency"
final class RtcEvents {
    static final int PERIODIC = 1 << 6;
    static final int ALARM = 1 << 5;
    static final int UPDATE = 1 << 4;
    static final int ALL = PERIODIC | ALARM | UPDATE;

    private static final int HZ = 32_768;
    private static final long SECOND = 1_000_000_000L;

    private Instant seen;
    private int flags;

    RtcEvents(Instant start) {
        seen = start;
    }

    /// Time goes on to `now`. When it goes back, nothing happens.
    ///
    /// @param rate RS3 … RS0 of register A
    void pass(Instant now, int rate, RtcAlarm alarm) {
        if (now.isAfter(seen)) {
            long before = seen.getEpochSecond();
            long second = now.getEpochSecond();
            flags |= second > before ? UPDATE : 0;
            flags |= alarm.isWithin(before, second) ? ALARM : 0;
            long period = period(rate);
            flags |= period > 0 && ticks(now) / period > ticks(seen) / period ? PERIODIC : 0;
        }
        seen = now;
    }

    /// {@return the bits of register C that are set}
    int flags() {
        return flags;
    }

    /// What a saved clock had not yet told.
    void report(int bits) {
        flags = bits & ALL;
    }

    void clear() {
        flags = 0;
    }

    /// {@return nanoseconds until something enabled and not yet reported may happen, or −1}
    ///
    /// @param enabled bits of register B
    long nanosToNext(int enabled, int rate) {
        int awaited = enabled & ~flags;
        long nano = seen.getNano();
        long next = (awaited & (UPDATE | ALARM)) != 0 ? SECOND - nano : -1;
        long period = period(rate);
        if ((awaited & PERIODIC) != 0 && period > 0) {
            long tick = nano * HZ / SECOND;
            long end = (tick / period + 1) * period;
            // Rounded up: a nanosecond early would be in this period still.
            long periodic = (end * SECOND + HZ - 1) / HZ - nano;
            next = next < 0 ? periodic : Math.min(next, periodic);
        }
        return next;
    }

    /// {@return the period in ticks of 1/32768 s, or 0 for none} A second is a whole number of
    /// periods.
    private static long period(int rate) {
        return switch (rate) {
            case 0 -> 0;
            // The two lowest codes are the periods of 8 and 9 again.
            case 1, 2 -> 1L << rate + 6;
            default -> 1L << rate - 1;
        };
    }

    private static long ticks(Instant time) {
        return time.getEpochSecond() * HZ + time.getNano() * (long) HZ / SECOND;
    }
}
