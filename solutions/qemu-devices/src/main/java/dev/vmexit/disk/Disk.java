package dev.vmexit.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// What a disk controller has behind it: a row of bytes that outlives the machine.
///
/// Offsets and lengths are in bytes and multiples of 512; a range that is not inside [#sizeBytes]
/// is the caller's mistake, an `IllegalArgumentException`. Several threads may call at once;
/// requests whose ranges overlap have no order among them.
public interface Disk extends AutoCloseable {
    /// The unit of all addresses on it.
    int SECTOR_BYTES = 512;

    long sizeBytes();

    /// {@return whether writing, discarding and zeroing are refused with an [IOException]}
    boolean readOnly();

    /// Fills `into` from `offset` on.
    void read(long offset, MemorySegment into) throws IOException;

    void write(long offset, MemorySegment from) throws IOException;

    /// The range reads as zeros afterwards.
    ///
    /// @param mayUnmap it need not keep its place on the host's disk
    void writeZeroes(long offset, long lengthBytes, boolean mayUnmap) throws IOException;

    /// The guest does not need the range any more. What it reads there afterwards is zeros or the
    /// old bytes.
    void discard(long offset, long lengthBytes) throws IOException;

    /// {@return whether [#discard] gives anything back to the host}
    boolean discards();

    /// Returns when everything written before is safe from a power failure.
    ///
    /// @throws IOException if that cannot be said; after one failure it is thrown until the disk is
    /// opened again
    void flush() throws IOException;

    @Override
    void close() throws IOException;
}
