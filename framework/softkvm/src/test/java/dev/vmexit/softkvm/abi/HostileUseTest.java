package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.LibC;
import dev.vmexit.softkvm.SoftKernel;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Random requests with random bytes on every kind of descriptor of Soft KVM: numbers between
/// `-4095` and a result come back, in time, and no exception.
///
/// Only what has to be an address is one: Soft KVM lives in its caller's address space, and trusts
/// those as the C library does.
@Timeout(60)
class HostileUseTest {
    private static final int CALLS = 100_000;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Request[] REQUESTS = Request.values();

    private final Random random = new Random(42);
    private final Struct buffer = Struct.ofSize(BUFFER_BYTES);
    private final Struct memory = Struct.ofSize(1 << 17);
    private LibC libc;
    private Machine machine;
    private VirtualCpu vcpu;
    private int event;
    private int succeeded;
    private volatile boolean ended;

    @BeforeEach
    void open() {
        libc = new SoftKernel();
        machine = new Machine(libc);
    }

    @AfterEach
    void close() {
        ended = true;
        machine.close();
    }

    private void complete(boolean chip) {
        if (chip) {
            Machine.must(machine.vm(Request.CREATE_IRQCHIP, 0));
            Machine.must(machine.vm(Request.CREATE_PIT2, Struct.ofSize(64)));
        }
        vcpu = machine.vcpu();
        event = machine.own(libc.eventfd(0, LibC.EFD_NONBLOCK));
    }

    private void fill(int bytes) {
        boolean sparse = random.nextBoolean();
        for (int at = 0; at < bytes; at += 8) {
            boolean small = sparse && random.nextInt(4) != 0;
            buffer.u64(at, small ? random.nextInt(4) : random.nextLong());
        }
    }

    /// Addresses inside a struct stay addresses.
    private void keepPointers(Request request) {
        if (request == Request.SET_USER_MEMORY_REGION) {
            buffer.u32(0, random.nextInt(-1, 8)).u64(16, random.nextInt(16) * 4096L)
                    .u64(24, memory.address() + 4095 & -4096);
        } else if (request == Request.GET_DIRTY_LOG) {
            buffer.u64(8, buffer.address() + 4096);
        }
        if (request == Request.IRQFD || request == Request.IOEVENTFD) {
            buffer.u32(request == Request.IRQFD ? 0 : 20, anyDescriptor());
        }
    }

    private int anyDescriptor() {
        return switch (random.nextInt(6)) {
            case 0 -> machine.device;
            case 1 -> machine.vm;
            case 2 -> vcpu.fd;
            case 3 -> random.nextInt();
            default -> event;
        };
    }

    /// Mostly the kind that knows the request.
    private int suitable(Request request) {
        if (random.nextInt(8) == 0) {
            return anyDescriptor();
        }
        if (request.compareTo(Request.CREATE_VCPU) < 0) {
            return machine.device;
        }
        return request.compareTo(Request.RUN) < 0 ? machine.vm : vcpu.fd;
    }

    private static void assertErrnoOrResult(String what, int result) {
        assertThat(result).as(what).isGreaterThan(-4096);
    }

    /// A result that is a descriptor is closed again.
    private void call(Request request) {
        fill(Math.max(request.sizeBytes, random.nextInt(8) == 0 ? 16_384 : 64));
        keepPointers(request);
        int fd = suitable(request);
        boolean number = request.sizeBytes == 0;
        long argument = number ? random.nextInt(100) - 2 : buffer.address();
        int result = machine.ioctl(fd, request, argument);
        assertErrnoOrResult(request + " of " + fd, result);
        succeeded += result >= 0 ? 1 : 0;
        if (result > 0 && (request == Request.CREATE_VM || request == Request.CREATE_VCPU)) {
            libc.close(result);
        }
    }

    private void callAll(boolean chip) {
        complete(chip);
        watchOver();
        for (int n = 0; n < CALLS; n++) {
            call(REQUESTS[random.nextInt(REQUESTS.length)]);
            vcpu.page.u8(Exit.IMMEDIATE_EXIT, random.nextInt(4) == 0 ? 0 : 1);
        }
        assertThat(succeeded).as("calls that were not refused").isGreaterThan(CALLS / 3);
    }

    /// Whoever is in `KVM_RUN` does not stay there for long.
    private void watchOver() {
        int tid = libc.gettid();
        Thread.ofPlatform().daemon().start(() -> {
            while (!ended) {
                libc.interrupt(tid);
                sleep();
            }
        });
    }

    private static void sleep() {
        try {
            Thread.sleep(Duration.ofMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void known_requests_with_random_structs() {
        callAll(false);
    }

    @Test
    void known_requests_with_random_structs_and_interrupt_controllers() {
        callAll(true);
    }

    @Test
    void random_requests() {
        complete(true);
        for (int n = 0; n < CALLS; n++) {
            fill(64);
            int number = random.nextInt();
            long request = random.nextBoolean() ? number : number & 0x3F | 0xAE80;
            if ((int) request != 0xAE80) {
                int fd = anyDescriptor();
                int result = libc.ioctl(fd, request, random.nextBoolean() ? 0 : buffer.address());
                assertErrnoOrResult(Long.toHexString(request) + " of " + fd, result);
            }
        }
    }

    @Test
    void random_descriptors_and_bad_addresses() {
        complete(true);
        long[] bad = {0, 1, 4095, -1, -4096, 1L << 47, Long.MIN_VALUE, Long.MAX_VALUE};
        for (int n = 0; n < CALLS; n++) {
            Request request = REQUESTS[random.nextInt(REQUESTS.length)];
            boolean run = request == Request.RUN;
            int result = machine.ioctl(anyDescriptor(), request,
                    run ? -1 : bad[random.nextInt(bad.length)]);
            assertErrnoOrResult(request.name(), result);
        }
    }

    @Test
    void other_calls_with_descriptors_that_are_not_meant_for_them() {
        complete(false);
        for (int n = 0; n < 1000; n++) {
            int fd = anyDescriptor();
            assertErrnoOrResult("write", (int) libc.write(fd, buffer.segment.asSlice(0, 8)));
            assertErrnoOrResult("read", (int) libc.read(fd, buffer.segment.asSlice(0, 8)));
            assertErrnoOrResult("close", libc.close(random.nextInt()));
            assertErrnoOrResult("run", libc.kvmRun(fd == vcpu.fd ? machine.vm : fd));
        }
    }
}
