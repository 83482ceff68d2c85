package dev.vmexit.virtio;

/// Where a device's thread sleeps, and what wakes it.
public interface Doorbell extends AutoCloseable {
    /// From any thread, at once: whoever sleeps wakes up, or the next who wants to does not fall
    /// asleep.
    void ring();

    /// Sleeps until somebody rings; may wake up for no reason. For one thread.
    ///
    /// @return whether the guest may have rung, and then for any queue
    boolean await();

    /// The guest's writes to these registers may ring from now on, and to no others.
    ///
    /// @param address of the first; each has [VirtioPci#NOTIFY_BYTES]
    /// @param registers 0 for none
    default void listenAt(long address, int registers) {}

    /// Nobody sleeps any more.
    @Override
    default void close() {}
}
