package dev.vmexit.host;

/// The host's kernel said no: which call, which error, what to do about it.
///
/// This is the host's fault (no `/dev/kvm`, no memory, a descriptor too many), never the guest's.
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int errno;

    /// @param errno positive, as `errno(3)` numbers them
    public KernelException(String call, int errno) {
        super(call + " failed: " + Errno.describe(errno) + Advice.on(call, errno));
        this.call = call;
        this.errno = errno;
    }

    // tag::check[]
    /// {@return `result`, if the call succeeded} A result of −4095 … −1 is an error number.
    public static long check(String call, long result) {
        if (result < 0 && result >= -4095) {
            throw new KernelException(call, (int) -result);
        }
        return result;
    }
    // end::check[]

    /// {@return `result`, if the call succeeded}
    public static int check(String call, int result) {
        return (int) check(call, (long) result);
    }

    public String call() {
        return call;
    }

    public int errno() {
        return errno;
    }

    public boolean is(Errno expected) {
        return errno == expected.number();
    }
}
