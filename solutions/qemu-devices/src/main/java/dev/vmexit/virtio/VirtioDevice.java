package dev.vmexit.virtio;

import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;

/// What a virtio device is beyond the transport: its type, its features, its registers, and what it
/// does with a buffer.
///
/// [#serve] and [#reset] are called by one thread at a time.
public interface VirtioDevice {
    /// {@return the device's number in virtio 1.2, section 5 "Device Types"}
    int type();

    /// {@return base class, sub-class and interface for PCI}
    int classCode();

    /// {@return the feature bits that are the device's own}
    long features();

    /// {@return how many entries each queue has at most; its length is the number of queues}
    int[] queueSizes();

    /// {@return the device-specific configuration as it is now}
    byte[] configuration();

    /// The driver writes into the configuration; most devices have nothing to write there.
    default void writeConfiguration(int offset, int size, long value) {}

    /// The driver is ready, with these features.
    default void start(long features) {}

    /// Works on what the driver has offered in one queue, and gives it back.
    ///
    /// @throws DriverMistake if the driver broke the rules
    void serve(int index, VirtQueue queue);

    /// {@return whether [#serve] would take more of what the driver offers} A device that fills
    /// buffers when something arrives leaves them where they are until then.
    default boolean takesMore(int index) {
        return true;
    }

    /// What the device itself has to say when the machine is saved, beyond its features.
    default void save(StateOut out) {}

    /// After [#start], if the driver was ready.
    default void restore(StateIn in) {}

    /// The driver starts anew: nothing of it is left.
    default void reset() {}
}
