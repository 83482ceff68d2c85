package dev.vmexit.rtc;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;

/// A thread that does something after a time: the last that it was told, and nothing else. There is
/// no thread before it was told something. Any thread may call.
public final class RtcTimer implements ObjLongConsumer<Runnable>, AutoCloseable {
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("RTC").factory());
    private ScheduledFuture<?> next;

    public RtcTimer() {
        thread.setRemoveOnCancelPolicy(true);
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /// @param nanos from now on; below 0 what was to be done is called off
    @Override
    public synchronized void accept(Runnable action, long nanos) {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
        if (nanos >= 0) {
            next = thread.schedule(action, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /// Returns when nothing is being done any more.
    @Override
    public void close() {
        // Not under the lock: what is being done may still want it.
        thread.close();
    }
}
