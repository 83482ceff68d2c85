package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `KVM_SET_CPUID2`, `KVM_GET_CPUID2`, and what a guest's `CPUID` says.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.21, 4.46
class CpuidTest extends AgreementTest {
    private static final int SIGNIFICANT_INDEX = 1;

    private VirtualCpu vcpu;

    @BeforeEach
    void make() {
        vcpu = machine.vcpu();
    }

    private static Struct cpuid(int[]... entries) {
        Struct struct = Struct.ofSize(8 + 40L * entries.length).u32(0, entries.length);
        for (int n = 0; n < entries.length; n++) {
            for (int field = 0; field < entries[n].length; field++) {
                struct.u32(8 + 40L * n + 4L * field, entries[n][field]);
            }
        }
        return struct;
    }

    private static Struct example() {
        return cpuid(new int[]{0, 0, 0, 4, 0x6578_4D56, 0x7473_6554, 0x7469_2074},
                new int[]{4, 0, SIGNIFICANT_INDEX, 1, 2, 3, 4},
                new int[]{4, 1, SIGNIFICANT_INDEX, 5, 6, 7, 8},
                new int[]{0x8000_0000, 0, 0, 0x8000_0000, 0, 0, 0});
    }

    @Test
    void entries_come_back_as_they_were_set() {
        assertThat(vcpu.ioctl(Request.SET_CPUID2, example())).isZero();
        Struct back = Struct.ofSize(8 + 40 * 10).u32(0, 10);
        assertThat(vcpu.ioctl(Request.GET_CPUID2, back)).isZero();
        assertThat(back.u32(0)).isEqualTo(4);
        assertThat(back.hex(8, 160)).isEqualTo(example().hex(8, 160));
        assertThat(back.hex(168, 240)).as("not touched").matches("0*");
    }

    @Test
    void a_fresh_vCPU_has_no_entries() {
        Struct back = Struct.ofSize(8 + 40).u32(0, 1);
        assertThat(vcpu.ioctl(Request.GET_CPUID2, back)).isZero();
        assertThat(back.u32(0)).isZero();
    }

    @Test
    void too_many_entries_or_too_little_room_is_E2BIG() {
        Struct many = Struct.ofSize(8 + 40 * 257).u32(0, 257);
        assertErrno(vcpu.ioctl(Request.SET_CPUID2, many), Errno.E2BIG);
        assertErrno(vcpu.ioctl(Request.SET_CPUID2, many.u32(0, -1)), Errno.E2BIG);
        vcpu.set(Request.SET_CPUID2, example());
        Struct small = Struct.ofSize(8 + 40 * 3).u32(0, 3);
        assertErrno(vcpu.ioctl(Request.GET_CPUID2, small), Errno.E2BIG);
        assertThat(small.u32(8 + 12)).as("no entry written").isZero();
    }

    @Test
    void everything_supported_can_be_given_to_a_vCPU() {
        Struct supported = Struct.ofSize(8 + 40 * 256).u32(0, 256);
        machine.ioctl(machine.device, Request.GET_SUPPORTED_CPUID, supported.address());
        assertThat(vcpu.ioctl(Request.SET_CPUID2, supported)).isZero();
        Struct back = Struct.ofSize(8 + 40 * 256).u32(0, 256);
        assertThat(vcpu.ioctl(Request.GET_CPUID2, back)).isZero();
        unlessItDiffers(leaves(back).equals(leaves(supported)),
                "a para-virtual KVM keeps no leaves of AMX and AVX10");
        assertThat(leaves(back)).isEqualTo(leaves(supported));
    }

    /// Function and index of each entry: a KVM may have one of them twice, and keep one.
    private static Set<List<Integer>> leaves(Struct cpuid) {
        return IntStream.range(0, cpuid.u32(0))
                .mapToObj(n -> List.of(cpuid.u32(8 + 40 * n), cpuid.u32(8 + 40 * n + 4)))
                .collect(Collectors.toSet());
    }

    @Test
    void after_the_first_RUN_the_CPU_does_not_change_its_mind() {
        machine.load(0xF4); // hlt
        vcpu.set(Request.SET_CPUID2, example());
        vcpu.realMode().runToExit();
        assertThat(vcpu.ioctl(Request.SET_CPUID2, example())).as("the same again").isZero();
        Struct other = example().u32(8 + 12, 5);
        assertErrno(vcpu.ioctl(Request.SET_CPUID2, other), Errno.EINVAL);
    }

    @Test
    void a_guest_is_answered_what_was_set() {
        // mov eax,4 · mov ecx,1 · cpuid · hlt
        machine.load(0x66, 0xB8, 4, 0, 0, 0, 0x66, 0xB9, 1, 0, 0, 0, 0x0F, 0xA2, 0xF4);
        vcpu.set(Request.SET_CPUID2, example());
        assertThat(vcpu.realMode().runToExit()).isEqualTo(Exit.HLT);
        assertThat(vcpu.get(Request.GET_REGS).hex(0, 32)).isEqualTo("0500000000000000"
                + "0600000000000000" + "0700000000000000" + "0800000000000000");
    }

    @Test
    void an_index_that_is_not_there_is_all_zeros() {
        // mov eax,4 · mov ecx,9 · cpuid · hlt
        machine.load(0x66, 0xB8, 4, 0, 0, 0, 0x66, 0xB9, 9, 0, 0, 0, 0x0F, 0xA2, 0xF4);
        vcpu.set(Request.SET_CPUID2, example());
        assertThat(vcpu.realMode().runToExit()).isEqualTo(Exit.HLT);
        assertThat(vcpu.get(Request.GET_REGS).hex(0, 32)).matches("0*");
    }
}
