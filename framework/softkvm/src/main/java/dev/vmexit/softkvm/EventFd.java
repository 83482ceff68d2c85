package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;

/// A counter that one side adds to and another takes from, as eventfd(2); and where
/// `KVM_IRQFD` listens.
final class EventFd implements SoftFile {
    private final boolean nonBlocking;
    private long value;
    private Runnable listener;

    EventFd(long initial, boolean nonBlocking) {
        this.value = initial;
        this.nonBlocking = nonBlocking;
    }

    @Override
    public long ioctl(int request, long argument) {
        throw new KvmError(Errno.ENOTTY);
    }

    void add(long n) {
        Runnable notify;
        synchronized (this) {
            value += n;
            notify = listener;
            if (notify != null) {
                value = 0;
            }
            notifyAll();
        }
        if (notify != null) {
            notify.run();
        }
    }

    synchronized long take() {
        while (value == 0) {
            if (nonBlocking) {
                throw new KvmError(Errno.EAGAIN);
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KvmError(Errno.EINTR);
            }
        }
        long taken = value;
        value = 0;
        return taken;
    }

    /// @param callback called for every write instead of counting it; null: count again
    synchronized void listen(Runnable callback) {
        listener = callback;
    }
}
