package dev.vmexit.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A kernel for tests: it answers `/dev/kvm` as a script says, and remembers what it was asked.
///
/// It is the smallest second kernel behind [LibC]. It keeps books on descriptors and mappings, so a
/// test can say that nothing was leaked. One thread at a time.
public final class ScriptedKernel implements LibC {
    /// What a request does: a result, or `-errno`.
    @FunctionalInterface
    public interface Answer {
        int to(int fd, long argument);
    }

    private final Map<Long, Answer> answers = new HashMap<>();
    private final Map<Long, Arena> mappings = new HashMap<>();
    private final LinkedHashMap<Long, Long> sizes = new LinkedHashMap<>();
    private final TreeSet<Integer> descriptors = new TreeSet<>();
    private final List<String> calls = new ArrayList<>();
    private Runnable onInterrupt = () -> {};
    private int openErrno;
    private int mmapErrno;
    private int nextDescriptor = 100;

    /// Lets `open` fail from now on; null lets it succeed again.
    public ScriptedKernel failOpenWith(Errno errno) {
        openErrno = errno == null ? 0 : errno.number();
        return this;
    }

    /// Lets `mmap` fail from now on; null lets it succeed again.
    public ScriptedKernel failMmapWith(Errno errno) {
        mmapErrno = errno == null ? 0 : errno.number();
        return this;
    }

    /// Fixes the answer to one ioctl request; without one it is `ENOTTY`.
    public ScriptedKernel on(long request, Answer answer) {
        answers.put(request, answer);
        return this;
    }

    /// Says what happens when a thread is interrupted.
    public ScriptedKernel onInterrupt(Runnable what) {
        onInterrupt = what;
        return this;
    }

    /// Answers a request by a new descriptor, as `KVM_CREATE_VM` does.
    public ScriptedKernel creates(long request) {
        return on(request, (fd, argument) -> newDescriptor());
    }

    /// {@return the calls so far, as `ioctl(100, 0xae00, 0)`}
    public List<String> calls() {
        return List.copyOf(calls);
    }

    public int openDescriptors() {
        return descriptors.size();
    }

    public int openMappings() {
        return mappings.size();
    }

    /// {@return the memory of a mapping, in the order of creation; it must still be mapped}
    @SuppressWarnings("restricted")
    public MemorySegment mapped(int index) {
        var entry = sizes.sequencedEntrySet().stream().skip(index).findFirst().orElseThrow();
        return MemorySegment.ofAddress(entry.getKey()).reinterpret(entry.getValue());
    }

    private int newDescriptor() {
        descriptors.add(nextDescriptor);
        return nextDescriptor++;
    }

    @Override
    public int open(String path, int flags) {
        calls.add("open(%s, 0x%x)".formatted(path, flags));
        return openErrno != 0 ? -openErrno : newDescriptor();
    }

    @Override
    public int close(int fd) {
        calls.add("close(%d)".formatted(fd));
        return descriptors.remove(fd) ? 0 : -Errno.EBADF.number();
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        calls.add("ioctl(%d, 0x%x, %d)".formatted(fd, request, argument));
        if (!descriptors.contains(fd)) {
            return -Errno.EBADF.number();
        }
        Answer answer = answers.get(request);
        return answer == null ? -Errno.ENOTTY.number() : answer.to(fd, argument);
    }

    @Override
    public int kvmRun(int vcpuFd) {
        return ioctl(vcpuFd, ForeignIoctl.KVM_RUN, 0);
    }

    @Override
    public long mmap(long length, int protection, int flags, int fd, long offset) {
        calls.add("mmap(%d)".formatted(length));
        if (length <= 0 || mmapErrno != 0) {
            return mmapErrno != 0 ? -mmapErrno : -Errno.EINVAL.number();
        }
        Arena arena = Arena.ofShared();
        long address = arena.allocate(length, 4096).address();
        mappings.put(address, arena);
        sizes.put(address, length);
        return address;
    }

    @Override
    public int munmap(long address, long length) {
        calls.add("munmap(%d)".formatted(length));
        sizes.remove(address);
        Arena arena = mappings.remove(address);
        if (arena == null) {
            return -Errno.EINVAL.number();
        }
        arena.close();
        return 0;
    }

    @Override
    public int madvise(long address, long length, int advice) {
        calls.add("madvise(0x%x, %d, %d)".formatted(address, length, advice));
        return 0;
    }

    @Override
    public long read(int fd, MemorySegment buffer) {
        return -Errno.EBADF.number();
    }

    @Override
    public long write(int fd, MemorySegment buffer) {
        return -Errno.EBADF.number();
    }

    @Override
    public int eventfd(int initial, int flags) {
        return newDescriptor();
    }

    @Override
    public int gettid() {
        return 1;
    }

    @Override
    public int interrupt(int tid) {
        calls.add("interrupt(%d)".formatted(tid));
        onInterrupt.run();
        return 0;
    }
}
