package dev.vmexit.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "the C library's calls are Linux's")
class NativeLibCTest {
    private final LibC libc = NativeLibC.INSTANCE;

    @Test
    void a_failed_call_returns_the_negative_errno() {
        assertThat(libc.open("/no/such/file", LibC.O_RDONLY)).isEqualTo(-Errno.ENOENT.number());
        assertThat(libc.close(-1)).isEqualTo(-Errno.EBADF.number());
        assertThat(libc.ioctl(-1, 0xAE00, 0)).isEqualTo(-Errno.EBADF.number());
        assertThat(libc.kvmRun(-1)).isEqualTo(-Errno.EBADF.number());
        assertThat(libc.mmap(0, 3, 0x22, -1, 0)).isEqualTo(-Errno.EINVAL.number());
    }

    @Test
    void errno_belongs_to_the_thread_that_made_the_call() throws Exception {
        try (var pool = java.util.concurrent.Executors.newFixedThreadPool(2)) {
            var one = pool.submit(() -> repeat(() -> libc.open("/no/such/file", 0)));
            var two = pool.submit(() -> repeat(() -> libc.close(-1)));
            assertThat(one.get()).isEqualTo(-Errno.ENOENT.number());
            assertThat(two.get()).isEqualTo(-Errno.EBADF.number());
        }
    }

    /// The one answer that 10,000 calls gave; 0 if they differed.
    private static int repeat(java.util.function.IntSupplier call) {
        int first = call.getAsInt();
        for (int i = 0; i < 10_000; i++) {
            if (call.getAsInt() != first) {
                return 0;
            }
        }
        return first;
    }

    @Test
    void an_eventfd_counts_what_is_written() {
        int fd = KernelException.check("eventfd", libc.eventfd(2, LibC.EFD_CLOEXEC));
        try (Arena arena = Arena.ofConfined()) {
            var counter = arena.allocate(ValueLayout.JAVA_LONG);
            counter.set(ValueLayout.JAVA_LONG, 0, 40);
            assertThat(libc.write(fd, counter)).isEqualTo(8);
            assertThat(libc.read(fd, counter)).isEqualTo(8);
            assertThat(counter.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        } finally {
            libc.close(fd);
        }
    }

    @Test
    void interrupt_ends_a_blocking_read_with_EINTR() throws Exception {
        int fd = KernelException.check("eventfd", libc.eventfd(0, LibC.EFD_CLOEXEC));
        var tid = new CompletableFuture<Integer>();
        var result = CompletableFuture.supplyAsync(() -> {
            try (Arena arena = Arena.ofConfined()) {
                tid.complete(libc.gettid());
                return libc.read(fd, arena.allocate(8));
            }
        });
        // A signal before the read began is lost, so it is repeated until the read is over.
        while (!result.isDone()) {
            libc.interrupt(tid.get(1, TimeUnit.MINUTES));
            Thread.onSpinWait();
        }
        assertThat(result.get()).isEqualTo(-(long) Errno.EINTR.number());
        libc.close(fd);
    }
}
