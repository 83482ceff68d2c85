package dev.vmexit.virtio;

import dev.vmexit.host.HostThread;
import dev.vmexit.host.SteadyThread;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/// The thread of a device: sleeps until one of its queues wants something, and serves that.
///
/// A queue that is woken twice before it is served is served once. Nobody interrupts the thread:
/// so a disk's file is read straight into the guest's memory.
final class QueueWorker implements AutoCloseable {
    private final AtomicLong wanted = new AtomicLong();
    private final IntConsumer serve;
    private final Thread thread;
    private volatile boolean closed;

    /// @param queues up to 64
    QueueWorker(String name, int queues, IntConsumer serve) {
        if (queues > Long.SIZE) {
            throw new IllegalArgumentException(queues + " queues");
        }
        this.serve = serve;
        this.thread = new SteadyThread(name, this::run);
        thread.start();
    }

    // tag::wake[]
    /// From any thread, at once.
    void wake(int queue) {
        if ((wanted.getAndUpdate(bits -> bits | 1L << queue) & 1L << queue) == 0) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            long now = wanted.getAndSet(0);
            if (now == 0) {
                LockSupport.park(this);
            }
            for (; now != 0; now &= now - 1) {
                serve.accept(Long.numberOfTrailingZeros(now));
            }
        }
    }
    // end::wake[]

    /// Returns when the thread has ended: the memory it worked on may go.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        HostThread.awaitEnd(thread);
    }
}
