package dev.vmexit.softkvm.irqchip;

import static dev.vmexit.softkvm.irqchip.ApicRegister.DIVIDE;
import static dev.vmexit.softkvm.irqchip.ApicRegister.INITIAL_COUNT;
import static dev.vmexit.softkvm.irqchip.ApicRegister.LVT_TIMER;

/// The timer of a local APIC. The count is never stored: it follows from the clock, so that nothing
/// drifts and a period of one nanosecond costs no more than one of a second.
///
/// The bus runs at 1 GHz: a cycle is a nanosecond.
///
/// @spec https://www.intel.com/sdm Intel SDM vol. 3A, section 10.5.4 "APIC Timer"
final class ApicTimer {
    /// Periodic interrupts come no closer than this, as in KVM (`min_timer_period_us`).
    static final long MIN_PERIOD_NANOS = 200_000;
    static final long NEVER = Long.MAX_VALUE;

    private static final int MASKED = 1 << 16;
    private static final int MODE = 3 << 17;
    private static final int ONE_SHOT = 0 << 17;
    private static final int PERIODIC = 1 << 17;
    private static final int TSC_DEADLINE = 2 << 17;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final MachineClock clock;
    private final ApicPage page;
    private long startNanos;
    private long deadlineNanos = NEVER;
    private long tscDeadline;

    ApicTimer(MachineClock clock, ApicPage page) {
        this.clock = clock;
        this.page = page;
    }

    /// {@return when [#expire] has something to do}
    long deadlineNanos() {
        return deadlineNanos;
    }

    void cancel() {
        page.set(INITIAL_COUNT, 0);
        tscDeadline = 0;
        deadlineNanos = NEVER;
    }

    // --- The count ---

    /// A write to the initial count: counting starts again, or stops at zero. In TSC-deadline mode
    /// it is ignored.
    void start(int initialCount) {
        if (mode() != TSC_DEADLINE) {
            page.set(INITIAL_COUNT, initialCount);
            startNanos = clock.nanos();
            arm(startNanos);
        }
    }

    // tag::count[]
    int currentCount() {
        long initial = initial();
        if (initial == 0 || mode() == TSC_DEADLINE) {
            return 0;
        }
        long counted = elapsed(clock.nanos()) / divisor();
        if (mode() == PERIODIC) {
            return (int) (initial - counted % initial);
        }
        return counted >= initial ? 0 : (int) (initial - counted);
    }
    // end::count[]

    /// Goes on from a saved count.
    void resume(int currentCount) {
        long now = clock.nanos();
        long left = Math.min(Integer.toUnsignedLong(currentCount), initial());
        startNanos = now - (initial() - left) * divisor();
        rearm(now);
    }

    /// A write to the divide configuration: what is left of the count is counted at the new speed.
    void divide(int value) {
        int left = currentCount();
        page.set(DIVIDE, value);
        resume(left);
    }

    // --- The mode ---

    /// A write to the LVT entry. To and from TSC-deadline mode the timer is disarmed.
    void lvt(int value) {
        boolean deadlineBefore = mode() == TSC_DEADLINE;
        page.set(LVT_TIMER, value);
        if (deadlineBefore != (mode() == TSC_DEADLINE)) {
            cancel();
        } else {
            rearm(clock.nanos());
        }
    }

    long tscDeadline() {
        return mode() == TSC_DEADLINE ? tscDeadline : 0;
    }

    /// A write to `IA32_TSC_DEADLINE`; in the other modes it is ignored.
    void tscDeadline(long tsc) {
        if (mode() == TSC_DEADLINE) {
            tscDeadline = tsc;
            armTsc(clock.nanos());
        }
    }

    // --- Expiry ---

    /// {@return whether the timer went off} Periods that were slept through count as one.
    boolean expire(long now) {
        if (now < deadlineNanos) {
            return false;
        }
        if (mode() == TSC_DEADLINE) {
            return expireTsc(now);
        }
        boolean tooFast = periodNanos() < MIN_PERIOD_NANOS;
        deadlineNanos = mode() != PERIODIC
                ? NEVER
                : boundaryAfter(tooFast ? now + MIN_PERIOD_NANOS - 1 : now);
        return true;
    }

    private boolean expireTsc(long now) {
        if (Long.compareUnsigned(clock.tsc(), tscDeadline) < 0) {
            armTsc(now);
            return false;
        }
        tscDeadline = 0;
        deadlineNanos = NEVER;
        return true;
    }

    private void rearm(long now) {
        if (mode() == TSC_DEADLINE) {
            armTsc(now);
        } else {
            arm(now);
        }
    }

    private void arm(long now) {
        deadlineNanos = NEVER;
        if (initial() == 0) {
            return;
        }
        // A masked timer goes on counting, but there is no one to tell.
        boolean heard = (page.get(LVT_TIMER) & MASKED) == 0;
        if (mode() == PERIODIC && heard) {
            deadlineNanos = boundaryAfter(now);
        } else if (mode() == ONE_SHOT && heard && elapsed(now) < periodNanos()) {
            deadlineNanos = startNanos + periodNanos();
        }
    }

    private void armTsc(long now) {
        if (tscDeadline == 0) {
            deadlineNanos = NEVER;
            return;
        }
        long tsc = clock.tsc();
        deadlineNanos = Long.compareUnsigned(tscDeadline, tsc) <= 0
                ? now
                : later(now, tscDeadline - tsc);
    }

    /// {@return the nanosecond in which `cycles` of the TSC have passed} Never the present one.
    private long later(long now, long cycles) {
        long khz = Math.max(1, clock.tscKhz());
        long millis = Long.divideUnsigned(cycles, khz);
        if (millis >= (NEVER - now) / NANOS_PER_MILLI - 1) {
            return NEVER;
        }
        long rest = Long.remainderUnsigned(cycles, khz);
        return now + millis * NANOS_PER_MILLI + rest * NANOS_PER_MILLI / khz + 1;
    }

    private long boundaryAfter(long now) {
        long period = periodNanos();
        return startNanos + (elapsed(now) / period + 1) * period;
    }

    private long elapsed(long now) {
        return Math.max(0, now - startNanos);
    }

    private long periodNanos() {
        return initial() * divisor();
    }

    private long initial() {
        return Integer.toUnsignedLong(page.get(INITIAL_COUNT));
    }

    /// ```
    ///  bits 3, 1, 0   000  001  010  011  100  101  110  111
    ///  divide by        2    4    8   16   32   64  128    1
    /// ```
    private long divisor() {
        int value = page.get(DIVIDE);
        int shift = (value & 3 | value >> 1 & 4) + 1 & 7;
        return 1L << shift;
    }

    private int mode() {
        return page.get(LVT_TIMER) & MODE;
    }
}
