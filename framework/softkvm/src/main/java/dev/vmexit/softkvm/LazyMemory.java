package dev.vmexit.softkvm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Zeroed memory that takes up room page by page, when it is first written: what anonymous `mmap`
/// gives, without `mmap`.
///
/// It is a copy-on-write mapping of a sparse file that stays empty and is already deleted. The
/// JDK's own native memory is written with zeros at once, which for 8 GiB takes half a minute.
final class LazyMemory {
    private LazyMemory() {}

    /// @throws IOException if the host has no such amount of address space
    static MemorySegment allocate(Arena arena, long sizeBytes) throws IOException {
        Path file = Files.createTempFile("vmexit-ram", null);
        Files.delete(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW,
                StandardOpenOption.SPARSE, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)) {
            return channel.map(MapMode.PRIVATE, 0, sizeBytes, arena);
        }
    }
}
