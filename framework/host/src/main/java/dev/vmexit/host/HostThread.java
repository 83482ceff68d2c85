package dev.vmexit.host;

/// The end of a thread, waited for by one who cannot go on without it.
public final class HostThread {
    private static final long NUDGE_MILLIS = 10;

    private HostThread() {}

    /// Returns when the thread has ended. An interruption does not shorten the wait, because what
    /// the thread works on is about to go; it is kept for the caller.
    ///
    /// A thread that waits for itself does not wait.
    public static void awaitEnd(Thread thread) {
        awaitEnd(thread, () -> {}, 0);
    }

    /// The same for a thread that knows that it shall end, but may be in a blocking call.
    ///
    /// @param nudge makes the call return, such as [LibC#interrupt]; called again and again,
    /// because a signal that comes before the call has begun is lost
    public static void awaitEnd(Thread thread, Runnable nudge) {
        awaitEnd(thread, nudge, NUDGE_MILLIS);
    }

    /// @param everyMillis 0 for once and no more
    private static void awaitEnd(Thread thread, Runnable nudge, long everyMillis) {
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            nudge.run();
            try {
                thread.join(everyMillis);
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
