package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.Test;

/// The TSC's frequency, `KVM_GET_CLOCK`, `KVM_SET_CLOCK`, and kvmclock's page.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.29, 4.30, 4.55, 4.56, 4.70
/// @spec https://docs.kernel.org/virt/kvm/x86/msr.html KVM-specific MSRs
class ClockTest extends AgreementTest {
    private static final int SYSTEM_TIME = 0x4B56_4D01;
    private static final int WALL_CLOCK = 0x4B56_4D00;
    private static final int TSC = 0x10;
    private static final int TSC_DEADLINE = 0x6E0;
    private static final int SPURIOUS = 0xF0;
    private static final int LVT_TIMER = 0x320;
    private static final int DEADLINE_MODE = 1 << 18;
    /// The place of RSI in kvm_regs.
    private static final int SI = 4;
    private static final int PAGE = 0x3000;
    private static final long SECOND = 1_000_000_000;

    private long clock() {
        Struct clock = Struct.ofSize(48);
        assertThat(machine.vm(Request.GET_CLOCK, clock)).isZero();
        return clock.u64(0);
    }

    private static int writeMsr(VirtualCpu vcpu, int index, long value) {
        return vcpu.ioctl(Request.SET_MSRS,
                Struct.ofSize(24).u32(0, 1).u32(8, index).u64(16, value));
    }

    @Test
    void a_TSC_frequency_is_told_and_may_be_set_to_itself() {
        VirtualCpu vcpu = machine.vcpu();
        int khz = vcpu.ioctl(Request.GET_TSC_KHZ, 0);
        assertThat(khz).isBetween(100_000, 10_000_000);
        assertThat(vcpu.ioctl(Request.SET_TSC_KHZ, khz)).isZero();
        assertThat(vcpu.ioctl(Request.SET_TSC_KHZ, 0)).as("the host's").isZero();
        assertThat(vcpu.ioctl(Request.GET_TSC_KHZ, 0)).isEqualTo(khz);
    }

    @Test
    void the_clock_goes_on_from_what_was_set() {
        long start = 7_000 * SECOND;
        assertThat(machine.vm(Request.SET_CLOCK, Struct.ofSize(48).u64(0, start))).isZero();
        assertThat(clock()).isBetween(start, start + 10 * SECOND);
        long earlier = clock();
        assertThat(clock()).isGreaterThanOrEqualTo(earlier);
    }

    @Test
    void the_clock_of_a_new_VM_starts_near_zero() {
        assertThat(clock()).isBetween(0L, 10 * SECOND);
    }

    @Test
    void SET_CLOCK_refuses_flags_that_do_not_exist() {
        assertErrno(machine.vm(Request.SET_CLOCK, Struct.ofSize(48).u32(8, 1 << 10)), Errno.EINVAL);
    }

    @Test
    void KVMCLOCK_CTRL_needs_a_guest_that_uses_kvmclock() {
        VirtualCpu vcpu = machine.vcpu();
        assertErrno(vcpu.ioctl(Request.KVMCLOCK_CTRL, 0), Errno.EINVAL);
        assertThat(writeMsr(vcpu, SYSTEM_TIME, PAGE | 1)).isEqualTo(1);
        assertThat(vcpu.ioctl(Request.KVMCLOCK_CTRL, 0)).isZero();
        assertThat(writeMsr(vcpu, SYSTEM_TIME, 0)).isEqualTo(1);
        assertErrno(vcpu.ioctl(Request.KVMCLOCK_CTRL, 0), Errno.EINVAL);
    }

    /// version u32 · pad u32 · tsc u64 · system time u64 · mul u32 · shift i8 · flags u8
    @Test
    void the_kvmclock_page_makes_nanoseconds_of_the_TSC() {
        VirtualCpu vcpu = machine.load(0x0F, 0x31, 0xF4).vcpu().realMode(); // rdtsc · hlt
        machine.vm(Request.SET_CLOCK, Struct.ofSize(48).u64(0, 5_000 * SECOND));
        assertThat(writeMsr(vcpu, SYSTEM_TIME, PAGE | 1)).isEqualTo(1);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(machine.ram.u32(PAGE) & 1).as("version is even").isZero();
        assertThat(machine.ram.u32(PAGE)).isPositive();
        long tsc = vcpu.register(3) << 32 | vcpu.register(0);
        long delta = tsc - machine.ram.u64(PAGE + 8);
        int shift = (byte) machine.ram.u8(PAGE + 28);
        long shifted = shift < 0 ? delta >> -shift : delta << shift;
        long mul = machine.ram.u32(PAGE + 24) & 0xFFFF_FFFFL;
        long time = machine.ram.u64(PAGE + 16) + Math.multiplyHigh(shifted, mul << 31) * 2;
        assertThat(time).isBetween(5_000 * SECOND - SECOND, 5_010 * SECOND);
    }

    /// version u32 · seconds u32 · nanoseconds u32
    @Test
    void the_wall_clock_is_the_time_when_kvmclock_was_zero() {
        VirtualCpu vcpu = machine.vcpu();
        assertThat(writeMsr(vcpu, WALL_CLOCK, PAGE)).isEqualTo(1);
        long booted = machine.ram.u32(PAGE + 4) & 0xFFFF_FFFFL;
        long expected = System.currentTimeMillis() / 1000 - clock() / SECOND;
        assertThat(booted).isBetween(expected - 5, expected + 5);
        assertThat(machine.ram.u32(PAGE) & 1).isZero();
        assertThat(machine.ram.u32(PAGE + 8)).isBetween(0, 999_999_999);
    }

    private static long readMsr(VirtualCpu vcpu, int index) {
        Struct entry = Struct.ofSize(24).u32(0, 1).u32(8, index);
        assertThat(vcpu.ioctl(Request.GET_MSRS, entry)).isEqualTo(1);
        return entry.u64(16);
    }

    /// rdmsr of the deadline until it is 0, which it is once the timer has gone off
    @Test
    void a_deadline_is_told_in_the_TSC_that_the_guest_sees() {
        assertThat(machine.vm(Request.CREATE_IRQCHIP, 0)).isZero();
        VirtualCpu vcpu = machine.load(0x66, 0xB9, 0xE0, 0x06, 0x00, 0x00, // mov ecx, 0x6e0
                0x66, 0xBE, 0x40, 0x0D, 0x03, 0x00, // mov esi, 200000
                0x0F, 0x32, 0x66, 0x09, 0xD0, // again: rdmsr · or eax, edx
                0x74, 0x04, 0x66, 0x4E, 0x75, 0xF5, // jz done · dec esi · jnz again
                0xE6, 0x10).vcpu().realMode(); // done: out 0x10, al
        vcpu.set(Request.SET_LAPIC, vcpu.get(Request.GET_LAPIC).u32(SPURIOUS, 0x1FF)
                .u32(LVT_TIMER, DEADLINE_MODE | 0x30));
        assertThat(writeMsr(vcpu, TSC, 5_000 * SECOND)).isEqualTo(1);
        long khz = vcpu.ioctl(Request.GET_TSC_KHZ, 0);
        assertThat(writeMsr(vcpu, TSC_DEADLINE, readMsr(vcpu, TSC) + khz)).isEqualTo(1);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
        assertThat(vcpu.register(SI)).as("turns that were left").isPositive();
    }

    /// Otherwise the TSCs of a machine that is restored would differ by the time that it took.
    @Test
    void TSCs_that_the_host_sets_to_one_value_run_in_step() throws InterruptedException {
        VirtualCpu first = machine.vcpu();
        VirtualCpu second = machine.vcpu(1);
        long value = 5_000 * SECOND;
        assertThat(writeMsr(first, TSC, value)).isEqualTo(1);
        Thread.sleep(20);
        assertThat(writeMsr(second, TSC, value)).isEqualTo(1);
        long khz = second.ioctl(Request.GET_TSC_KHZ, 0);
        assertThat(readMsr(second, TSC) - value).as("not begun anew").isGreaterThan(20 * khz);
    }

    @Test
    void the_clock_that_is_set_is_what_the_page_says() {
        VirtualCpu vcpu = machine.load(0xF4).vcpu().realMode(); // hlt
        assertThat(writeMsr(vcpu, SYSTEM_TIME, PAGE | 1)).isEqualTo(1);
        machine.vm(Request.SET_CLOCK, Struct.ofSize(48).u64(0, 9_000 * SECOND));
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(machine.ram.u64(PAGE + 16)).isBetween(9_000 * SECOND, 9_100 * SECOND);
    }
}
