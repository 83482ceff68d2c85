package dev.vmexit.bus;

/// A device as a bus sees it: a few bytes of address space that can be read and written.
///
/// Offsets count from the start of the device's own range. Several vCPUs may call at once.
public interface BusDevice {
    /// {@return the value at `offset`} Bits above `size` bytes are ignored.
    ///
    /// @param size 1 … 8 bytes; the access lies within the range. A CPU cuts one that crosses a
    /// page, so that any of these sizes comes
    long read(long offset, int size);

    void write(long offset, int size, long value);
}
