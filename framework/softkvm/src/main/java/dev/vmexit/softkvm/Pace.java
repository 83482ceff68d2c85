package dev.vmexit.softkvm;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// When a block counts as hot: the sooner, the less HotSpot has to do.
///
/// A region is some milliseconds of HotSpot's for its first compilation and some tens for the good
/// one, in which the interpreter does a million instructions; while a kernel begins to boot, what
/// runs less often than that only waits in line. Later the rest counts: code that runs now and
/// then, once for a request to a disk, say. Nothing of it is in the host's caches, so the
/// interpreter takes up to a hundred nanoseconds for one of its instructions, and it should not be
/// interpreted twelve thousand times.
///
/// So there is a number of regions that HotSpot manages in a fraction of a second. As long as there
/// are fewer, half as many runs are enough in the next.
final class Pace {
    private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(250);
    static final int MANAGED = 40;
    /// No fewer runs than one in so many, as a power of two.
    private static final int SOONEST = 4;

    private final int hotAfter;
    private final LongSupplier nanos;
    private long begin;
    private int begun;
    private int halvings;

    /// @param hotAfter how often a block has to run while HotSpot is busy
    /// @param nanos a clock
    Pace(int hotAfter, LongSupplier nanos) {
        this.hotAfter = hotAfter;
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
    }

    // tag::threshold[]
    /// {@return how often a block has to run now}
    synchronized int threshold() {
        long now = nanos.getAsLong();
        if (now - begin > WINDOW) {
            halvings = begun < MANAGED
                    ? Math.min(SOONEST, halvings + 1)
                    : begun < 2 * MANAGED ? halvings : Math.max(0, halvings - 1);
            begun = 0;
            begin = now;
        }
        return begun < 2 * MANAGED ? Math.max(1, hotAfter >> halvings) : hotAfter;
    }
    // end::threshold[]

    /// A region is about to be translated.
    synchronized void begin() {
        begun++;
    }
}
