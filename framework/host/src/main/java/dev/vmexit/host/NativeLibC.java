package dev.vmexit.host;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.lang.foreign.MemorySegment;

/// [LibC] on Linux, bound by JNA.
///
/// JNA has two ways to bind. A `Library` interface is a proxy that looks up each call by
/// reflection: 2–3 µs. *Direct mapping* registers the `native` methods below once, and then a call
/// is a JNI call:
/// 0.3 µs. `KVM_RUN` goes through [ForeignIoctl], which is faster still; `bench/exits` has the
/// numbers.
///
/// JNA stores `errno` per thread right after the call, before the JVM can make another.
final class NativeLibC implements LibC {
    static final NativeLibC INSTANCE = new NativeLibC();

    /// Free for programs: HotSpot keeps `SIGUSR2` for itself, and leaves this one alone.
    private static final int SIGUSR1 = 10;

    /// `struct sigaction` as glibc has it on 64-bit Linux: handler, mask (128 bytes), flags,
    /// restorer.
    private static final int SIGACTION_BYTES = 152;

    private final ForeignIoctl foreignIoctl = new ForeignIoctl();

    private NativeLibC() {
        installSilentHandler();
    }

    /// A handler must exist or the signal would end the process; it must do nothing, and it must be
    /// native code, because the JVM may not be entered from a signal. `abs` of the C library is all
    /// three. No `SA_RESTART`: the interrupted call is to return `EINTR`.
    // tag::handler[]
    private static void installSilentHandler() {
        var handler = NativeLibrary.getInstance("c").getFunction("abs");
        var action = new com.sun.jna.Memory(SIGACTION_BYTES);
        action.clear();
        action.setPointer(0, handler);
        KernelException.check("sigaction(SIGUSR1)",
                result(C.sigaction(SIGUSR1, action, Pointer.NULL)));
    }
    // end::handler[]

    @Override
    public int open(String path, int flags) {
        return result(C.open(path, flags, 0));
    }

    @Override
    public int close(int fd) {
        return result(C.close(fd));
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        return result(C.ioctl(fd, request, argument));
    }

    @Override
    public int kvmRun(int vcpuFd) {
        return foreignIoctl.call(vcpuFd, ForeignIoctl.KVM_RUN, 0);
    }

    @Override
    public long mmap(long length, int protection, int flags, int fd, long offset) {
        return result(C.mmap(0, length, protection, flags, fd, offset));
    }

    @Override
    public int munmap(long address, long length) {
        return result(C.munmap(address, length));
    }

    @Override
    public int madvise(long address, long length, int advice) {
        return result(C.madvise(address, length, advice));
    }

    @Override
    public long read(int fd, MemorySegment buffer) {
        return result(C.read(fd, buffer.address(), buffer.byteSize()));
    }

    @Override
    public long write(int fd, MemorySegment buffer) {
        return result(C.write(fd, buffer.address(), buffer.byteSize()));
    }

    @Override
    public int eventfd(int initial, int flags) {
        return result(C.eventfd(initial, flags));
    }

    @Override
    public int gettid() {
        return C.gettid();
    }

    // tag::interrupt[]
    @Override
    public int interrupt(int tid) {
        return result(C.tgkill(C.getpid(), tid, SIGUSR1));
    }
    // end::interrupt[]

    // tag::errno[]
    private static int result(int returned) {
        return returned == -1 ? -Native.getLastError() : returned;
    }
    // end::errno[]

    private static long result(long returned) {
        return returned == -1 ? -Native.getLastError() : returned;
    }

    /// The C prototypes, method by method.
    private static final class C {
        // tag::prototypes[]
        static {
            Native.register(C.class, NativeLibrary.getInstance("c"));
        }

        static native int open(String path, int flags, int mode);

        static native int close(int fd);

        static native int ioctl(int fd, long request, long argument);
        // end::prototypes[]

        @SuppressWarnings("checkstyle:ParameterNumber")
        static native long mmap(long addr, long length, int prot, int flags, int fd, long offset);

        static native int munmap(long addr, long length);

        static native int madvise(long addr, long length, int advice);

        static native long read(int fd, long buffer, long count);

        static native long write(int fd, long buffer, long count);

        static native int eventfd(int initial, int flags);

        static native int gettid();

        static native int getpid();

        static native int tgkill(int tgid, int tid, int signal);

        static native int sigaction(int signal, Pointer action, Pointer old);
    }
}
