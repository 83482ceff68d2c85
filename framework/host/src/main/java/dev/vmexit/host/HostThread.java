package dev.vmexit.host;

/// The end of a thread, waited for by one who cannot go on without it.
public final class HostThread {
    private HostThread() {}

    /// Returns when the thread has ended. An interruption does not shorten the wait, because what
    /// the thread works on is about to go; it is kept for the caller.
    ///
    /// A thread that waits for itself does not wait.
    public static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
