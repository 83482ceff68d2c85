package dev.vmexit.tiny;

import dev.vmexit.memory.GuestAddress;

/// What is outside the CPU and is not RAM. A run loop asks it for every exit that carries data.
///
/// Two implementations: [TinyDevices] here, and the buses of a whole PC in lab 2. Called by the
/// thread that runs the vCPU; with several vCPUs, by several threads.
// tag::devices[]
public interface Devices {
    /// {@return the value of a port} All ones where there is no device.
    ///
    /// @param size 1, 2 or 4 bytes
    long in(int port, int size);

    void out(int port, int size, long value);

    /// {@return the value at an address where there is no RAM} All ones where there is no device.
    ///
    /// @param size 1 … 8 bytes
    long read(GuestAddress address, int size);

    void write(GuestAddress address, int size, long value);

    /// {@return whether the machine has been switched off} Asked after every exit.
    boolean isOff();
}
// end::devices[]
