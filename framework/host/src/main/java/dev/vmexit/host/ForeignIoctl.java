package dev.vmexit.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// `ioctl` through `java.lang.foreign`: the call the JIT compiler can see through.
///
/// `errno` is captured by the linker itself, into a small native buffer of the calling thread.
public final class ForeignIoctl {
    /// `_IO(0xAE, 0x80)`: run a vCPU until it exits.
    public static final long KVM_RUN = 0xAE80;

    private static final MethodHandle IOCTL = bind();
    private static final VarHandle ERRNO = Linker.Option.captureStateLayout()
            .varHandle(java.lang.foreign.MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED = ThreadLocal
            .withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    /// {@return the result, or `-errno`}
    // tag::call[]
    public int call(int fd, long request, long argument) {
        try {
            MemorySegment captured = CAPTURED.get();
            int result = (int) IOCTL.invokeExact(captured, fd, request, argument);
            return result == -1 ? -(int) ERRNO.get(captured, 0L) : result;
        } catch (Throwable impossible) {
            throw new AssertionError("a downcall of ioctl threw", impossible);
        }
    }
    // end::call[]

    /// `int ioctl(int fd, unsigned long request, ...)`: the third argument is variadic.
    @SuppressWarnings("restricted")
    private static MethodHandle bind() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(2), Linker.Option.captureCallState("errno"));
    }
}
