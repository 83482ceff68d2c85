package dev.vmexit.virtio;

import java.util.concurrent.locks.LockSupport;

/// Rung by threads only: the guest's write is an exit, and the vCPU's thread rings.
public final class ThreadDoorbell implements Doorbell {
    private volatile Thread sleeper;

    @Override
    public void ring() {
        LockSupport.unpark(sleeper);
    }

    @Override
    public boolean await() {
        if (sleeper == null) {
            // Until now a ring found nobody; this time the caller looks once more what there is.
            sleeper = Thread.currentThread();
        } else {
            LockSupport.park(this);
        }
        return false;
    }
}
