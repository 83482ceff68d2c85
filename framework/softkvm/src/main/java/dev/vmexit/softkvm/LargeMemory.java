package dev.vmexit.softkvm;

import dev.vmexit.host.LibC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Zeroed memory in pages of 2 MiB as far as the host has them: what [LazyMemory] gives, by native
/// calls.
///
/// A guest touches all of its memory, and so Soft KVM does. With pages of 4 KiB each is a page
/// fault of the host's, and each access far from the last one a walk through the host's page
/// tables, of which there are two where the host is a virtual machine itself.
///
/// @spec https://docs.kernel.org/admin-guide/mm/transhuge.html Transparent Hugepage Support
final class LargeMemory {
    static final long PAGE = 2 << 20;

    private LargeMemory() {}

    /// @throws IOException if the host has no such amount of address space
    static MemorySegment allocate(LibC host, Arena arena, long sizeBytes) throws IOException {
        int protection = LibC.PROT_READ | LibC.PROT_WRITE;
        int flags = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE;
        long mapped = sizeBytes + PAGE;
        long address = host.mmap(mapped, protection, flags, -1, 0);
        if (address < 0) {
            throw new IOException("mmap of %d bytes: errno %d".formatted(mapped, -address));
        }
        long aligned = address + PAGE - 1 & -PAGE;
        // Where it is refused the pages are small ones, and all else is the same.
        host.madvise(aligned, sizeBytes, LibC.MADV_HUGEPAGE);
        return segment(host, arena, aligned, sizeBytes, address);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment segment(LibC host, Arena arena, long aligned, long sizeBytes,
            long address) {
        return MemorySegment.ofAddress(aligned).reinterpret(sizeBytes, arena,
                gone -> host.munmap(address, sizeBytes + PAGE));
    }
}
