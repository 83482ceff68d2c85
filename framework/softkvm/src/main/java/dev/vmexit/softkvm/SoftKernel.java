package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A [LibC] whose `/dev/kvm` is Soft KVM.
///
/// Needs nothing of the host but the JVM: memory, threads and descriptors are its own, so it is the
/// same on Linux, macOS and Windows. Files other than `/dev/kvm` it does not have.
public final class SoftKernel implements LibC {
    private static final int FIRST_DESCRIPTOR = 1000;
    private static final long PAGE = 4096;

    private final Options options;
    private final Optional<LibC> host;
    private final AtomicInteger nextDescriptor = new AtomicInteger(FIRST_DESCRIPTOR);
    private final Map<Integer, SoftFile> files = new ConcurrentHashMap<>();
    private final Map<Long, Arena> mappings = new ConcurrentHashMap<>();
    private final List<Vm> vms = new CopyOnWriteArrayList<>();
    private final Map<Integer, Vcpu> running = new ConcurrentHashMap<>();
    private final Statistics statistics = new Statistics();

    public SoftKernel() {
        this(Options.DEFAULT);
    }

    /// One that makes no native call.
    public SoftKernel(Options options) {
        this(options, Optional.empty());
    }

    /// @param host where to have the guests' memory in large pages
    public SoftKernel(Options options, Optional<LibC> host) {
        this.options = options;
        this.host = host;
    }

    public Options options() {
        return options;
    }

    /// {@return what all vCPUs have done so far}
    public Statistics statistics() {
        return statistics;
    }

    @Override
    public int open(String path, int flags) {
        return path.equals("/dev/kvm") ? add(new KvmDevice(this)) : error(Errno.ENOENT);
    }

    int add(SoftFile file) {
        int fd = nextDescriptor.getAndIncrement();
        files.put(fd, file);
        return fd;
    }

    /// From now on [#cacheflush] is for this VM too.
    void reportWritesTo(Vm vm) {
        vms.add(vm);
    }

    void forget(Vm vm) {
        vms.remove(vm);
    }

    SoftFile file(int fd) {
        return files.get(fd);
    }

    private static int error(Errno errno) {
        return -errno.number();
    }

    @Override
    public int close(int fd) {
        SoftFile file = files.remove(fd);
        if (file == null) {
            return error(Errno.EBADF);
        }
        file.close();
        return 0;
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        SoftFile file = files.get(fd);
        if (file == null) {
            return error(Errno.EBADF);
        }
        try {
            return (int) request == Request.RUN && file instanceof Vcpu vcpu
                    ? run(vcpu, argument)
                    : (int) file.ioctl((int) request, argument);
        } catch (KvmError e) {
            return e.result();
        }
    }

    @Override
    public int kvmRun(int vcpuFd) {
        return ioctl(vcpuFd, Request.RUN, 0);
    }

    private int run(Vcpu vcpu, long argument) {
        int tid = gettid();
        running.put(tid, vcpu);
        try {
            return (int) vcpu.ioctl(Request.RUN, argument);
        } finally {
            running.remove(tid, vcpu);
        }
    }

    @Override
    public long mmap(long length, int protection, int flags, int fd, long offset) {
        if (length <= 0) {
            return error(Errno.EINVAL);
        }
        try {
            if ((flags & MAP_ANONYMOUS) != 0) {
                return anonymous(length);
            }
            SoftFile file = files.get(fd);
            return file == null ? error(Errno.EBADF) : file.map(length);
        } catch (KvmError e) {
            return e.result();
        }
    }

    private long anonymous(long length) {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment memory = memory(arena, length + PAGE - 1 & -PAGE);
            mappings.put(memory.address(), arena);
            return memory.address();
        } catch (IOException | OutOfMemoryError | IllegalArgumentException tooMuch) {
            arena.close();
            return error(Errno.ENOMEM);
        }
    }

    private MemorySegment memory(Arena arena, long sizeBytes) throws IOException {
        return host.isPresent() && sizeBytes >= LargeMemory.PAGE
                ? LargeMemory.allocate(host.get(), arena, sizeBytes)
                : LazyMemory.allocate(arena, sizeBytes);
    }

    @Override
    public int munmap(long address, long length) {
        Arena arena = mappings.remove(address);
        if (arena != null) {
            arena.close();
        }
        return 0;
    }

    @Override
    public void cacheflush(long address, long length) {
        for (Vm vm : vms) {
            vm.memory.code.processWrote(address, length);
        }
    }

    @Override
    public long read(int fd, MemorySegment buffer) {
        if (!(files.get(fd) instanceof EventFd event)) {
            return error(Errno.EBADF);
        }
        if (buffer.byteSize() < Long.BYTES) {
            return error(Errno.EINVAL);
        }
        try {
            buffer.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, event.take());
            return Long.BYTES;
        } catch (KvmError e) {
            return e.result();
        }
    }

    @Override
    public long write(int fd, MemorySegment buffer) {
        if (!(files.get(fd) instanceof EventFd event)) {
            return error(Errno.EBADF);
        }
        if (buffer.byteSize() < Long.BYTES) {
            return error(Errno.EINVAL);
        }
        try {
            event.add(buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
            return Long.BYTES;
        } catch (KvmError e) {
            return e.result();
        }
    }

    @Override
    public int eventfd(int initial, int flags) {
        return add(new EventFd(initial, (flags & EFD_NONBLOCK) != 0));
    }

    @Override
    public int gettid() {
        return (int) Thread.currentThread().threadId();
    }

    /// As a signal does: nothing happens if that thread is not in `KVM_RUN` just now.
    @Override
    public int interrupt(int tid) {
        Vcpu vcpu = running.get(tid);
        if (vcpu != null) {
            vcpu.interrupt();
        }
        return 0;
    }
}
