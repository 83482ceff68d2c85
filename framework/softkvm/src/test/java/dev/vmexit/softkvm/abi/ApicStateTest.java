package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `KVM_GET_LAPIC`, `KVM_SET_LAPIC`, `KVM_GET_MP_STATE`, `KVM_SET_MP_STATE`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.38, 4.39, 4.57, 4.58
class ApicStateTest extends AgreementTest {
    private static final int RUNNABLE = 0;
    private static final int UNINITIALIZED = 1;
    private static final int INIT_RECEIVED = 2;
    private static final int HALTED = 3;
    private static final int SIPI_RECEIVED = 4;
    private static final int TPR = 0x80;
    private static final int LDR = 0xD0;
    private static final int SPURIOUS = 0xF0;
    private static final int IRR = 0x200;
    private static final int LVT_LINT0 = 0x350;

    private void createChip() {
        assertThat(machine.vm(Request.CREATE_IRQCHIP, 0)).isZero();
    }

    @Test
    void without_interrupt_controllers_there_is_no_local_APIC() {
        VirtualCpu vcpu = machine.vcpu();
        assertErrno(vcpu.ioctl(Request.GET_LAPIC, Struct.ofSize(1024)), Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.SET_LAPIC, Struct.ofSize(1024)), Errno.EINVAL);
    }

    @Test
    void a_local_APIC_comes_back_as_it_was_set() {
        createChip();
        VirtualCpu vcpu = machine.vcpu();
        Struct apic = vcpu.get(Request.GET_LAPIC).u32(SPURIOUS, 0x1FF).u32(TPR, 0x20)
                .u32(LVT_LINT0, 0x700).u32(LDR, 0x0100_0000).u32(IRR + 0x10, 1 << 7);
        vcpu.set(Request.SET_LAPIC, apic);
        assertThat(vcpu.get(Request.GET_LAPIC).hex(0, 0xA0)).isEqualTo(apic.hex(0, 0xA0));
        assertThat(vcpu.get(Request.GET_LAPIC).hex(0xB0, 0x350))
                .as("behind the processor priority, which is computed")
                .isEqualTo(apic.hex(0xB0, 0x350));
    }

    @Test
    void the_task_priority_is_CR8() {
        createChip();
        VirtualCpu vcpu = machine.vcpu();
        vcpu.set(Request.SET_LAPIC, vcpu.get(Request.GET_LAPIC).u32(TPR, 0x70));
        assertThat(vcpu.get(Request.GET_SREGS).u64(256)).isEqualTo(7);
        vcpu.set(Request.SET_SREGS, vcpu.get(Request.GET_SREGS).u64(256, 3));
        assertThat(vcpu.get(Request.GET_LAPIC).u32(TPR)).isEqualTo(0x30);
    }

    @Test
    void each_vCPU_has_its_id_in_its_APIC() {
        createChip();
        for (int id = 0; id < 3; id++) {
            assertThat(machine.vcpu(id).get(Request.GET_LAPIC).u32(0x20)).isEqualTo(id << 24);
        }
    }

    @Test
    void the_boot_CPU_is_runnable_the_others_wait() {
        createChip();
        assertThat(machine.vcpu(0).get(Request.GET_MP_STATE).u32(0)).isEqualTo(RUNNABLE);
        assertThat(machine.vcpu(1).get(Request.GET_MP_STATE).u32(0)).isEqualTo(UNINITIALIZED);
    }

    @Test
    void without_interrupt_controllers_every_vCPU_is_runnable_and_stays_so() {
        machine.vcpu(0);
        VirtualCpu vcpu = machine.vcpu(1);
        assertThat(vcpu.get(Request.GET_MP_STATE).u32(0)).isEqualTo(RUNNABLE);
        assertThat(vcpu.ioctl(Request.SET_MP_STATE, Struct.ofInts(RUNNABLE))).isZero();
        for (int state = UNINITIALIZED; state <= 4; state++) {
            assertErrno(vcpu.ioctl(Request.SET_MP_STATE, Struct.ofInts(state)), Errno.EINVAL);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {RUNNABLE, UNINITIALIZED, INIT_RECEIVED, HALTED})
    void a_state_comes_back_as_it_was_set(int state) {
        createChip();
        VirtualCpu vcpu = machine.vcpu();
        vcpu.set(Request.SET_MP_STATE, Struct.ofInts(state));
        assertThat(vcpu.get(Request.GET_MP_STATE).u32(0)).isEqualTo(state);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 5, 77})
    void states_of_other_architectures_are_EINVAL(int state) {
        createChip();
        assertErrno(machine.vcpu().ioctl(Request.SET_MP_STATE, Struct.ofInts(state)), Errno.EINVAL);
    }

    @Test
    void a_startup_IPI_that_was_received_starts_at_its_page() {
        createChip();
        machine.vcpu(0);
        VirtualCpu vcpu = machine.load(0xE6, 0x42).vcpu(1); // out 0x42,al
        int page = Machine.CODE >>> 12;
        vcpu.set(Request.SET_VCPU_EVENTS, Struct.ofSize(64).u32(16, page).u32(20, 2));
        vcpu.set(Request.SET_MP_STATE, Struct.ofInts(SIPI_RECEIVED));
        assertThat(vcpu.get(Request.GET_MP_STATE).u32(0)).isEqualTo(RUNNABLE);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
        assertThat(vcpu.get(Request.GET_SREGS).u64(0)).as("CS base").isEqualTo(Machine.CODE);
    }

    @Test
    void a_waiting_vCPU_that_is_made_runnable_runs() {
        createChip();
        machine.vcpu(0);
        VirtualCpu vcpu = machine.load(0xE6, 0x42).vcpu(1).realMode(); // out 0x42,al
        vcpu.set(Request.SET_MP_STATE, Struct.ofInts(RUNNABLE));
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
    }
}
