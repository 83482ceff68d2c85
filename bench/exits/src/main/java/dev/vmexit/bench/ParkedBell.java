package dev.vmexit.bench;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// A flag, and a permit for the thread that sleeps: what `QueueWorker` does.
final class ParkedBell implements Bell {
    private final AtomicBoolean rung = new AtomicBoolean();
    private volatile Thread device;

    @Override
    public void waiter(Thread thread) {
        device = thread;
    }

    @Override
    public void ring() {
        if (!rung.getAndSet(true)) {
            LockSupport.unpark(device);
        }
    }

    @Override
    public void await() {
        while (!rung.getAndSet(false)) {
            LockSupport.park(this);
        }
    }
}
