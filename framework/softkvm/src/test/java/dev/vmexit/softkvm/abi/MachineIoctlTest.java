package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A VM and its vCPUs: made, found missing, closed; and the addresses that Intel's CPUs want.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.7, 4.29, 4.40, 4.41
class MachineIoctlTest extends AgreementTest {
    private static final long BEFORE_BIOS = 0xFFFB_C000L;

    @Test
    void a_vCPU_id_is_given_once_even_after_its_descriptor_is_closed() {
        int fd = machine.vm(Request.CREATE_VCPU, 3);
        assertThat(fd).isPositive();
        assertErrno(machine.vm(Request.CREATE_VCPU, 3), Errno.EEXIST);
        machine.libc.close(fd);
        assertErrno(machine.vm(Request.CREATE_VCPU, 3), Errno.EEXIST);
    }

    @Test
    void the_same_with_interrupt_controllers() {
        machine.vm(Request.CREATE_IRQCHIP, 0);
        machine.libc.close(Machine.must(machine.vm(Request.CREATE_VCPU, 3)));
        assertErrno(machine.vm(Request.CREATE_VCPU, 3), Errno.EEXIST);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x10_0000, -1, 0xFFFF_FFFFL})
    void a_vCPU_id_beyond_the_limit_is_EINVAL(long id) {
        assertErrno(machine.vm(Request.CREATE_VCPU, id), Errno.EINVAL);
    }

    @Test
    void as_many_vCPUs_as_recommended_can_be_made() {
        int recommended = machine.ioctl(machine.device, Request.CHECK_EXTENSION, 9);
        for (int id = 0; id < Math.min(recommended, 8); id++) {
            machine.own(machine.vm(Request.CREATE_VCPU, id));
        }
    }

    @Test
    void a_vCPU_works_on_when_its_VM_has_been_closed() {
        VirtualCpu vcpu = machine.load(0xF4).vcpu().realMode(); // hlt
        machine.libc.close(machine.vm);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
    }

    @Test
    void SET_TSS_ADDR_takes_three_pages_below_4_GiB() {
        assertThat(machine.vm(Request.SET_TSS_ADDR, BEFORE_BIOS + 0x1000)).isZero();
        assertErrno(machine.vm(Request.SET_TSS_ADDR, 0xFFFF_E000L), Errno.EINVAL);
    }

    @Test
    void SET_IDENTITY_MAP_ADDR_comes_before_the_first_vCPU() {
        Struct address = Struct.ofSize(8).u64(0, BEFORE_BIOS);
        assertThat(machine.vm(Request.SET_IDENTITY_MAP_ADDR, address)).isZero();
        machine.vcpu();
        assertErrno(machine.vm(Request.SET_IDENTITY_MAP_ADDR, address), Errno.EINVAL);
    }

    @Test
    void SET_BOOT_CPU_ID_comes_before_the_first_vCPU() {
        assertThat(machine.vm(Request.SET_BOOT_CPU_ID, 1)).isZero();
        machine.vm(Request.CREATE_IRQCHIP, 0);
        VirtualCpu first = machine.vcpu(0);
        VirtualCpu boot = machine.vcpu(1);
        assertErrno(machine.vm(Request.SET_BOOT_CPU_ID, 0), Errno.EBUSY);
        assertThat(first.get(Request.GET_MP_STATE).u32(0)).as("uninitialized").isEqualTo(1);
        assertThat(boot.get(Request.GET_MP_STATE).u32(0)).as("runnable").isZero();
    }

    @Test
    void the_shadow_page_limit_has_a_least_value() {
        assertErrno(machine.vm(Request.SET_NR_MMU_PAGES, 10), Errno.EINVAL);
        assertThat(machine.vm(Request.SET_NR_MMU_PAGES, 1000)).isZero();
    }

    @Test
    void RUN_takes_no_argument() {
        assertErrno(machine.vcpu().ioctl(Request.RUN, 1), Errno.EINVAL);
    }

    @Test
    void RUN_by_the_general_call_is_the_same() {
        VirtualCpu vcpu = machine.load(0xF4).vcpu().realMode(); // hlt
        assertThat(vcpu.ioctl(Request.RUN, 0)).isZero();
        assertThat(vcpu.exitReason()).isEqualTo(Exit.HLT);
    }
}
