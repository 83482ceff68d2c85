package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// `KVM_SET_GUEST_DEBUG`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.87
class DebugTest extends AgreementTest {
    private static final int ENABLE = 1;
    private static final int SINGLE_STEP = 2;
    private static final int SOFTWARE_BREAKPOINTS = 1 << 16;
    private static final int HARDWARE_BREAKPOINTS = 1 << 17;
    private static final int INJECT_DB = 1 << 18;
    private static final int DB = 1;
    private static final int BP = 3;

    /// nop · nop · int3 · nop · hlt
    private VirtualCpu guest() {
        return machine.load(0x90, 0x90, 0xCC, 0x90, 0xF4).vcpu().realMode();
    }

    private static Struct debug(int control) {
        return Struct.ofSize(72).u32(0, control);
    }

    private static void stopsAt(VirtualCpu vcpu, int exception, int offset) {
        assertThat(vcpu.runToExit()).isEqualTo(Exit.DEBUG);
        assertThat(vcpu.page.u32(Exit.DETAILS)).as("exception").isEqualTo(exception);
        assertThat(vcpu.page.u64(Exit.DETAILS + 8)).as("pc").isEqualTo(Machine.CODE + offset);
    }

    @Test
    void a_single_step_is_one_instruction() {
        VirtualCpu vcpu = guest();
        vcpu.set(Request.SET_GUEST_DEBUG, debug(ENABLE | SINGLE_STEP));
        stopsAt(vcpu, DB, 1);
        assertThat(vcpu.page.u64(Exit.DETAILS + 16) & 1 << 14).as("DR6.BS").isNotZero();
        assertThat(vcpu.rip()).isEqualTo(Machine.CODE + 1);
        stopsAt(vcpu, DB, 2);
        assertThat(vcpu.get(Request.GET_REGS).u64(VirtualCpu.RFLAGS) & 0x100).as("TF").isZero();
    }

    @Test
    void a_software_breakpoint_stops_at_its_instruction() {
        VirtualCpu vcpu = guest();
        vcpu.set(Request.SET_GUEST_DEBUG, debug(ENABLE | SOFTWARE_BREAKPOINTS));
        int exit = vcpu.runToExit();
        unlessItDiffers(exit == Exit.DEBUG, "an emulated INT3 is the guest's");
        assertThat(exit).isEqualTo(Exit.DEBUG);
        assertThat(vcpu.page.u32(Exit.DETAILS)).isEqualTo(BP);
        assertThat(vcpu.page.u64(Exit.DETAILS + 8)).as("pc").isEqualTo(Machine.CODE + 2);
        assertThat(vcpu.rip()).isEqualTo(Machine.CODE + 2);
    }

    @Test
    void without_a_debugger_INT3_is_the_guests() {
        VirtualCpu vcpu = guest();
        machine.ram.u16(4 * 3, 0x2000).bytes(0x2000, (byte) 0xE6, (byte) 0x42);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
    }

    @Test
    void a_hardware_breakpoint_stops_before_its_instruction() {
        VirtualCpu vcpu = guest();
        vcpu.set(Request.SET_GUEST_DEBUG, debug(ENABLE | HARDWARE_BREAKPOINTS)
                .u64(8, Machine.CODE + 1).u64(8 + 56, 0x401));
        stopsAt(vcpu, DB, 1);
        assertThat(vcpu.page.u64(Exit.DETAILS + 16) & 15).as("DR6.B0").isEqualTo(1);
        long dr7 = vcpu.page.u64(Exit.DETAILS + 24);
        unlessItDiffers(dr7 != 0, "an emulated breakpoint does not tell DR7");
        assertThat(dr7).as("DR7").isEqualTo(0x401);
    }

    @Test
    void a_debugger_passes_an_exception_on_to_the_guest() {
        VirtualCpu vcpu = guest();
        machine.ram.u16(4 * DB, 0x2000).bytes(0x2000, (byte) 0xE6, (byte) 0x42);
        vcpu.set(Request.SET_GUEST_DEBUG, debug(ENABLE | INJECT_DB));
        assertThat(vcpu.ioctl(Request.SET_GUEST_DEBUG, debug(ENABLE | INJECT_DB)))
                .as("and one only")
                .isEqualTo(-dev.vmexit.host.Errno.EBUSY.number());
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
    }

    @Test
    void a_debugger_that_is_switched_off_sees_nothing() {
        VirtualCpu vcpu = guest();
        machine.ram.u8(Machine.CODE + 2, 0x90);
        vcpu.set(Request.SET_GUEST_DEBUG, debug(ENABLE | SINGLE_STEP));
        stopsAt(vcpu, DB, 1);
        vcpu.set(Request.SET_GUEST_DEBUG, debug(0));
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
    }

    @Test
    void without_ENABLE_the_other_bits_mean_nothing() {
        VirtualCpu vcpu = guest();
        machine.ram.u8(Machine.CODE + 2, 0x90);
        vcpu.set(Request.SET_GUEST_DEBUG, debug(SINGLE_STEP | SOFTWARE_BREAKPOINTS));
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
    }
}
