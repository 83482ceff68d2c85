package dev.vmexit.bench;

/// What the thread of a device waits for.
interface Bell {
    /// From the thread of the vCPU, after the exit that a write to the bell is.
    void ring();

    /// In the device's thread, until it has been rung since the last time.
    void await();

    /// Says who will wait.
    default void waiter(Thread device) {}

    default void close() {}
}
