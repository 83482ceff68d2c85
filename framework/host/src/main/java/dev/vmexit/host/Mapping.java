package dev.vmexit.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A piece of mapped host memory, of any size, that is unmapped exactly once.
///
/// After [#close] an access through [#segment] throws `IllegalStateException`; without the arena it
/// would be a `SIGSEGV` and the end of the JVM. Any thread may read and write; who may do so when
/// is the owner's rule.
public final class Mapping implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    @SuppressWarnings("restricted")
    // tag::mapping[]
    private Mapping(LibC libc, long address, long sizeBytes) {
        this.segment = MemorySegment.ofAddress(address).reinterpret(sizeBytes, arena,
                gone -> libc.munmap(gone.address(), sizeBytes));
    }
    // end::mapping[]

    /// {@return zeroed memory} Pages take up room only once they are touched.
    ///
    /// @throws KernelException if the host has no such amount of address space
    // tag::anonymous[]
    public static Mapping anonymous(LibC libc, long sizeBytes) {
        int flags = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE;
        return map(libc, sizeBytes, flags, -1);
    }
    // end::anonymous[]

    /// {@return the first `sizeBytes` bytes of what `fd` shares, such as a vCPU's `kvm_run` page}
    public static Mapping shared(LibC libc, int fd, long sizeBytes) {
        return map(libc, sizeBytes, LibC.MAP_SHARED, fd);
    }

    private static Mapping map(LibC libc, long sizeBytes, int flags, int fd) {
        int protection = LibC.PROT_READ | LibC.PROT_WRITE;
        String call = "mmap of " + sizeBytes + " bytes";
        long address = KernelException.check(call,
                libc.mmap(sizeBytes, protection, flags, fd, 0));
        return new Mapping(libc, address, sizeBytes);
    }

    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
