package dev.vmexit.virtio;

import dev.vmexit.host.HostThread;
import dev.vmexit.host.SteadyThread;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/// The thread of a device: sleeps until one of its queues wants something, and serves that.
///
/// A queue that is woken twice before it is served is served once. Nobody interrupts the thread:
/// so a disk's file is read straight into the guest's memory.
final class QueueWorker implements AutoCloseable {
    private final AtomicLong wanted = new AtomicLong();
    private final IntConsumer serve;
    private final Doorbell bell;
    private final long all;
    private final Thread thread;
    private volatile boolean closed;

    /// @param queues 1 … 64
    /// @param bell closed with this
    QueueWorker(String name, int queues, Doorbell bell, IntConsumer serve) {
        if (queues < 1 || queues > Long.SIZE) {
            throw new IllegalArgumentException(queues + " queues");
        }
        this.bell = bell;
        this.all = -1L >>> Long.SIZE - queues;
        this.serve = serve;
        this.thread = new SteadyThread(name, this::run);
        thread.start();
    }

    // tag::wake[]
    /// From any thread, at once.
    void wake(int queue) {
        boolean first = (wanted.getAndUpdate(bits -> bits | 1L << queue) & 1L << queue) == 0;
        if (first && Thread.currentThread() != thread) {
            bell.ring();
        }
    }

    private void run() {
        while (!closed) {
            long now = wanted.getAndSet(0);
            if (now == 0 && bell.await()) {
                now = all;
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
        bell.ring();
        HostThread.awaitEnd(thread);
        bell.close();
    }
}
