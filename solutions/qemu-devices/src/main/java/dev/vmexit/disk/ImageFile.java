package dev.vmexit.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// The bytes an image format lies in. What is written becomes durable with the next [#flush]; until
/// then a power failure may keep any part of it, in any order.
///
/// Any thread may call. A thread's interruption does not close the file.
public interface ImageFile extends AutoCloseable {
    /// {@return what messages call it: its path}
    String name();

    boolean readOnly();

    long sizeBytes() throws IOException;

    /// Makes the file longer or shorter; new bytes are zeros.
    void setSize(long sizeBytes) throws IOException;

    /// Fills `into`; behind the end of the file there are zeros.
    void read(long offset, MemorySegment into) throws IOException;

    /// Writes all of `from`; the file grows as needed.
    void write(long offset, MemorySegment from) throws IOException;

    /// @throws IOException if this or an earlier flush failed: nobody knows what is durable then
    void flush() throws IOException;

    @Override
    void close() throws IOException;

    default void read(long offset, byte[] into) throws IOException {
        read(offset, MemorySegment.ofArray(into));
    }

    default void write(long offset, byte[] from) throws IOException {
        write(offset, MemorySegment.ofArray(from));
    }
}
