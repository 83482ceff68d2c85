package dev.vmexit.softkvm.differential;

import java.lang.foreign.MemorySegment;

/// Something that runs the guest of [GuestImage].
interface Machine extends AutoCloseable {
    /// {@return the guest's memory}
    MemorySegment ram();

    /// {@return the guest's programs}
    GuestImage image();

    /// Executes `count` instances.
    ///
    /// @throws IllegalStateException if the guest itself broke
    void execute(int first, int count);

    /// {@return whether it can be given this instance at all}
    default boolean endures(Instance instance) {
        return true;
    }

    /// Makes the same in two records of an instance what this machine is known to do otherwise.
    ///
    /// @param mine what this machine has made of it
    default void forget(Instance instance, MemorySegment mine, MemorySegment other) {}

    /// {@return the number of the instance that was being executed}
    default int current() {
        return image().current();
    }

    @Override
    void close();
}
