package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;

/// An `ioctl` ends with this errno.
final class KvmError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Errno errno;

    KvmError(Errno errno) {
        super(errno.name(), null, false, false);
        this.errno = errno;
    }

    int result() {
        return -errno.number();
    }
}
