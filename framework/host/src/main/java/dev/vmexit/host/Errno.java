package dev.vmexit.host;

/// The error numbers of Linux that the hypervisor can meet, on x86 and on Arm alike.
///
/// @spec https://man7.org/linux/man-pages/man3/errno.3.html Linux man-pages, errno(3)
public enum Errno {
    EPERM(1, "operation not permitted"), //
    ENOENT(2, "no such file or directory"), //
    EINTR(4, "interrupted by a signal"), //
    EIO(5, "input/output error"), //
    ENXIO(6, "no such device or address"), //
    E2BIG(7, "argument list too long"), //
    EBADF(9, "bad file descriptor"), //
    EAGAIN(11, "try again"), //
    ENOMEM(12, "out of memory"), //
    EACCES(13, "permission denied"), //
    EFAULT(14, "bad address"), //
    EBUSY(16, "device or resource busy"), //
    EEXIST(17, "it already exists"), //
    ENODEV(19, "no such device"), //
    ENOTDIR(20, "not a directory"), //
    EISDIR(21, "is a directory"), //
    EINVAL(22, "invalid argument"), //
    EMFILE(24, "too many open files"), //
    ENOTTY(25, "the device does not know this request"), //
    ENOSPC(28, "no space left on the device"), //
    ENOSYS(38, "the kernel does not have this call"), //
    EOPNOTSUPP(95, "operation not supported");

    private final int number;
    private final String meaning;

    Errno(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }

    /// {@return the name and the meaning of an error number, known here or not}
    public static String describe(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno + " (" + errno.meaning + ")";
            }
        }
        return "errno " + number;
    }
}
