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

    /// @throws KvmError `EINVAL` for the one number that no counter can have, `EAGAIN` where there
    ///         is no room; unlike Linux' it does not wait for room
    void add(long n) {
        if (n == -1) {
            throw new KvmError(Errno.EINVAL);
        }
        Runnable notify;
        synchronized (this) {
            if (Long.compareUnsigned(n, -1 - value) >= 0) {
                throw new KvmError(Errno.EAGAIN);
            }
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

    /// {@return false if somebody listens already} Called for every write instead of counting it,
    /// and at once if something was counted that nobody has taken.
    boolean listen(Runnable callback) {
        synchronized (this) {
            if (listener != null) {
                return false;
            }
            listener = callback;
            if (value == 0) {
                return true;
            }
            value = 0;
        }
        callback.run();
        return true;
    }

    synchronized void listenNoMore() {
        listener = null;
    }

    /// Of a guest: a counter that is full stays so.
    void signal() {
        try {
            add(1);
        } catch (KvmError full) {
            // Whoever reads it sees that it was rung.
        }
    }
}
