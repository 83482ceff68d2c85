package dev.vmexit.softkvm;

/// What a descriptor of [SoftKernel] stands for.
interface SoftFile {
    /// {@return the result of the ioctl, not negative}
    /// @throws KvmError with the errno
    long ioctl(int request, long argument);

    /// {@return the address of memory that this file shares, for `mmap`}
    default long map(long length) {
        throw new KvmError(dev.vmexit.host.Errno.ENODEV);
    }

    default void close() {}
}
