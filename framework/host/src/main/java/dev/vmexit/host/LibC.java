package dev.vmexit.host;

import java.lang.foreign.MemorySegment;

/// The calls of the C library that the hypervisor makes; nothing else leaves Java.
///
/// Every call returns what the kernel itself returns: a value, or `-errno` (−4095 … −1). A separate
/// `errno` would be one more thing to read at the right moment on the right thread;
/// [KernelException] turns the negative number into a sentence. Addresses travel as `long`.
///
/// Left out on purpose: `fork` and everything that needs it. The JVM has many threads and only the
/// calling one would survive.
///
/// @spec https://man7.org/linux/man-pages/man2/syscalls.2.html Linux man-pages, section 2
public interface LibC {
    int O_RDONLY = 0;
    int O_RDWR = 2;
    int O_CLOEXEC = 0x8_0000;

    int PROT_READ = 1;
    int PROT_WRITE = 2;
    int MAP_SHARED = 1;
    int MAP_PRIVATE = 2;
    int MAP_ANONYMOUS = 0x20;
    int MAP_NORESERVE = 0x4000;

    int MADV_HUGEPAGE = 14;

    int EFD_CLOEXEC = 0x8_0000;
    int EFD_NONBLOCK = 0x800;

    /// The kernel that this process uses: see [KernelChoice#asked].
    static LibC host() {
        return Chosen.KERNEL;
    }

    /// One for the whole process, found when it is first asked for.
    final class Chosen {
        private static final LibC KERNEL = KernelChoice.asked().open();

        private Chosen() {}
    }

    // tag::device-calls[]
    /// {@return a new file descriptor} The caller owns it and closes it.
    int open(String path, int flags);

    /// {@return 0}
    int close(int fd);

    /// {@return what the device answers} `argument` is a number or the address of a struct.
    int ioctl(int fd, long request, long argument);
    // end::device-calls[]

    /// `ioctl(fd, KVM_RUN, 0)`: the one call that is made for every exit, hence its own, faster
    /// way.
    int kvmRun(int vcpuFd);

    /// {@return the address of the new mapping}
    long mmap(long length, int protection, int flags, int fd, long offset);

    /// {@return 0} Nothing may touch the range afterwards; [Mapping] takes care of that.
    int munmap(long address, long length);

    /// Says how a range will be used; the kernel may do something about it, or nothing.
    ///
    /// {@return 0}
    default int madvise(long address, long length, int advice) {
        return 0;
    }

    /// Says that the process has written these bytes of its memory, which may be a guest's code.
    ///
    /// An x86 CPU sees that by itself, so its C library has no such call; on others it is
    /// `cacheflush(2)`. Soft KVM wants it for the VMs that have promised it, see
    /// `Vm.reportWrites`.
    default void cacheflush(long address, long length) {}

    /// {@return the bytes read, 0 at the end}
    long read(int fd, MemorySegment buffer);

    /// {@return the bytes written}
    long write(int fd, MemorySegment buffer);

    /// {@return a descriptor that counts; a write adds, a read takes}
    int eventfd(int initial, int flags);

    /// {@return the kernel's number of the calling thread}
    int gettid();

    /// Makes a blocking call of thread `tid` of this process return `EINTR`.
    ///
    /// The signal that does it is the implementation's business. It has a handler that does
    /// nothing, so a thread that is not blocked does not notice.
    int interrupt(int tid);
}
