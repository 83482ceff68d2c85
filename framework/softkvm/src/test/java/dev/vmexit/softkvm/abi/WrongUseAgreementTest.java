package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// Every request with arguments that nobody would pass on purpose, one after the
/// other: both kernels answer the same, be it 0 or which errno.
///
/// Left out is what depends on how much a kernel has: see the README, "Where the two differ".
class WrongUseAgreementTest {
    private static final long[] NUMBERS = {0, 1, 2, 63, 64, 1000, -1, 0x1_0000_0001L, 1L << 40};
    private static final long[] PATTERNS = {0, -1, 0x1_0000_0001L, 1L << 32, 1L << 31,
            0x0101_0101_0101_0101L, 0x100, 0x0202_0202_0202_0202L, 0xFF_FFFF_0000L};
    private static final int A_NUMBER = 1000;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, value = Request.class, names = {"RUN", "CREATE_VM",
            "CREATE_VCPU", "CHECK_EXTENSION", "GET_EMULATED_CPUID", "GET_MSR_FEATURE_INDEX_LIST",
            "GET_MSRS", "SET_TSC_KHZ"})
    void wrong_arguments_are_the_same_mistake(Request request) {
        Assumptions.assumeTrue(Kernel.KVM.libc().isPresent(),
                "not run: there is no /dev/kvm to compare with");
        assertThat(results(Kernel.SOFT, request)).isEqualTo(results(Kernel.KVM, request));
    }

    private static List<String> results(Kernel kernel, Request request) {
        var results = new ArrayList<String>();
        for (boolean chip : new boolean[]{false, true}) {
            try (Machine machine = new Machine(kernel.libc().orElseThrow())) {
                int fd = descriptor(machine, chip, request);
                for (int n = 0; n < PATTERNS.length; n++) {
                    int result = machine.ioctl(fd, request, argument(machine, request, n));
                    results.add("pattern %d, chip %s: %s".formatted(n, chip,
                            result < A_NUMBER ? result : "a number"));
                }
            }
        }
        return results;
    }

    private static int descriptor(Machine machine, boolean chip, Request request) {
        if (chip) {
            Machine.must(machine.vm(Request.CREATE_IRQCHIP, 0));
            Machine.must(machine.vm(Request.CREATE_PIT2, Struct.ofSize(64)));
        }
        VirtualCpu vcpu = machine.vcpu();
        if (request.compareTo(Request.CREATE_VCPU) < 0) {
            return machine.device;
        }
        return request.compareTo(Request.RUN) < 0 ? machine.vm : vcpu.fd;
    }

    private static long argument(Machine machine, Request request, int n) {
        if (request.sizeBytes == 0) {
            return NUMBERS[n];
        }
        Struct struct = machine.moreMemory(0x1_0000);
        for (int at = 0; at < request.sizeBytes; at += 4) {
            struct.u32(at, (int) (PATTERNS[n] >>> at % 8 * 8));
        }
        switch (request) {
            case SET_USER_MEMORY_REGION -> struct.u64(24, machine.ram.address() | PATTERNS[n] & 1);
            case GET_DIRTY_LOG -> struct.u64(8, struct.address() + 0x8000);
            case IRQFD -> struct.u32(0, machine.own(machine.libc.eventfd(0, 0)));
            case IOEVENTFD -> struct.u32(20, machine.own(machine.libc.eventfd(0, 0)));
            default -> {
            }
        }
        return struct.address();
    }
}
