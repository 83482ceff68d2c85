package dev.vmexit.net.tap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A kernel with one TAP interface. A signal ends a read that waits, and no other.
final class TapKernel implements LibC {
    private static final int FD = 7;
    private static final byte[] SIGNAL = new byte[0];

    /// What the host sends, frame by frame.
    final BlockingQueue<byte[]> fromHost = new LinkedBlockingQueue<>();
    final List<byte[]> toHost = Collections.synchronizedList(new ArrayList<>());
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    volatile int openErrno;
    volatile int attachErrno;
    volatile int readErrno;
    private volatile boolean waits;

    @Override
    public int open(String path, int flags) {
        calls.add("open " + path + " 0x%x".formatted(flags));
        return openErrno != 0 ? -openErrno : FD;
    }

    @Override
    public int close(int fd) {
        calls.add("close " + fd);
        return 0;
    }

    @Override
    @SuppressWarnings("restricted")
    public int ioctl(int fd, long request, long argument) {
        byte[] ifreq = MemorySegment.ofAddress(argument).reinterpret(40).toArray(JAVA_BYTE);
        int end = 0;
        while (ifreq[end] != 0) {
            end++;
        }
        calls.add("ioctl 0x%x %s 0x%02x%02x".formatted(request, new String(ifreq, 0, end),
                ifreq[17], ifreq[16]));
        return -attachErrno;
    }

    @Override
    public long read(int fd, MemorySegment buffer) {
        try {
            waits = true;
            byte[] frame = fromHost.take();
            if (frame == SIGNAL) {
                return -Errno.EINTR.number();
            }
            MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, 0, frame.length);
            return readErrno != 0 ? -readErrno : frame.length;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            waits = false;
        }
    }

    @Override
    public long write(int fd, MemorySegment buffer) {
        toHost.add(buffer.toArray(JAVA_BYTE));
        return buffer.byteSize();
    }

    @Override
    public int gettid() {
        return 1;
    }

    @Override
    public int interrupt(int tid) {
        if (waits) {
            fromHost.add(SIGNAL);
        }
        return 0;
    }

    @Override
    public int kvmRun(int vcpuFd) {
        throw new AssertionError("a tap has no CPU");
    }

    @Override
    public long mmap(long length, int protection, int flags, int fd, long offset) {
        throw new AssertionError("a tap is not mapped");
    }

    @Override
    public int munmap(long address, long length) {
        throw new AssertionError("a tap is not mapped");
    }

    @Override
    public int eventfd(int initial, int flags) {
        throw new AssertionError("a tap needs no counter");
    }
}
