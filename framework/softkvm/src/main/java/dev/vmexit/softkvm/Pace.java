package dev.vmexit.softkvm;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// When a block counts as hot: sooner if HotSpot has little to do.
///
/// HotSpot takes some ten milliseconds to compile a region well, in which the interpreter does a
/// million instructions; while a kernel boots, what runs less often than that only waits in line. A
/// disk's driver runs once for a request, though, and when nothing else is waiting it should not
/// need thousands of them.
final class Pace {
    /// A fraction of a second, and the regions that HotSpot manages in it.
    private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int MANAGED = 12;
    private static final int SOONER = 4;

    private final int hotAfter;
    private final LongSupplier nanos;
    private long begin;
    private int begun;
    private boolean idle;

    /// @param nanos a clock
    Pace(int hotAfter, LongSupplier nanos) {
        this.hotAfter = hotAfter;
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
    }

    /// {@return how often a block has to run now}
    synchronized int threshold() {
        long now = nanos.getAsLong();
        if (now - begin > WINDOW) {
            idle = begun < MANAGED;
            begun = 0;
            begin = now;
        }
        return idle && begun < MANAGED ? Math.max(1, hotAfter / SOONER) : hotAfter;
    }

    /// A region is about to be translated.
    synchronized void begin() {
        begun++;
    }
}
