package dev.vmexit.host;

/// A thread that nobody interrupts.
///
/// An interruption closes the `FileChannel` that its thread is in, or comes to, and with the file
/// its locks are gone. So only such a thread may use one that others share. It ends when it is told
/// to otherwise: see [HostThread].
public final class SteadyThread extends Thread {
    /// A daemon.
    public SteadyThread(String name, Runnable task) {
        super(task, name);
        setDaemon(true);
    }

    /// Does nothing.
    @Override
    public void interrupt() {}

    /// {@return whether the calling thread is one}
    public static boolean isCurrent() {
        return Thread.currentThread() instanceof SteadyThread;
    }
}
