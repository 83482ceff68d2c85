package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `KVM_GET_VCPU_EVENTS`, `KVM_SET_VCPU_EVENTS`, `KVM_INTERRUPT`, `KVM_NMI`, and the window in
/// which an interrupt can be delivered.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.16, 4.31, 4.32, 4.64
class EventsTest extends AgreementTest {
    private static final int EXCEPTION_INJECTED = 0;
    private static final int EXCEPTION = 1;
    private static final int HAS_ERROR = 2;
    private static final int ERROR = 4;
    private static final int INTERRUPT_INJECTED = 8;
    private static final int INTERRUPT = 9;
    private static final int SHADOW = 11;
    private static final int NMI_INJECTED = 12;
    private static final int NMI_PENDING = 13;
    private static final int NMI_MASKED = 14;
    private static final int FLAGS = 20;
    private static final int VALID_NMI_PENDING = 1;
    private static final int VALID_SHADOW = 4;
    private static final int VALID_PAYLOAD = 1 << 4;
    private static final int HANDLER = 0x2000;
    private static final int ENABLED = 0x202;

    private VirtualCpu vcpu;

    @BeforeEach
    void make() {
        vcpu = machine.vcpu();
    }

    private static Struct events() {
        return Struct.ofSize(64).u32(FLAGS, VALID_NMI_PENDING | VALID_SHADOW);
    }

    /// nop · nop · hlt, and for a vector: out 0x42,al · iret
    private void guest(int vector) {
        machine.load(0x90, 0x90, 0xF4);
        machine.ram.bytes(HANDLER, (byte) 0xE6, (byte) 0x42, (byte) 0xCF);
        machine.ram.u16(4L * vector, HANDLER).u16(4L * vector + 2, 0);
        vcpu.realMode();
    }

    private void enableInterrupts() {
        vcpu.set(Request.SET_REGS, vcpu.get(Request.GET_REGS).u64(VirtualCpu.RFLAGS, ENABLED));
    }

    private void handlerThenHalt() {
        assertThat(vcpu.runToExit()).as("handler").isEqualTo(Exit.IO);
        assertThat(vcpu.page.u16(Exit.DETAILS + 2)).isEqualTo(0x42);
        assertThat(vcpu.runToExit()).as("and back").isEqualTo(Exit.HLT);
    }

    @Test
    void a_fresh_vCPU_expects_nothing() {
        Struct events = vcpu.get(Request.GET_VCPU_EVENTS);
        assertThat(events.u32(FLAGS)).as("NMI pending, shadow, SMM are valid").isEqualTo(0xD);
        assertThat(events.u32(FLAGS, 0).hex()).matches("0*");
    }

    @Test
    void an_exception_comes_back_as_it_was_set() {
        Struct set = events().u8(EXCEPTION_INJECTED, 1).u8(EXCEPTION, 13).u8(HAS_ERROR, 1)
                .u32(ERROR, 0x1234);
        vcpu.set(Request.SET_VCPU_EVENTS, set);
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).hex(0, 8)).isEqualTo(set.hex(0, 8));
    }

    @Test
    void an_interrupt_and_a_masked_NMI_come_back_as_they_were_set() {
        Struct set = events().u8(INTERRUPT_INJECTED, 1).u8(INTERRUPT, 0x30).u8(NMI_MASKED, 1);
        vcpu.set(Request.SET_VCPU_EVENTS, set);
        Struct got = vcpu.get(Request.GET_VCPU_EVENTS);
        assertThat(got.hex(INTERRUPT_INJECTED, 2)).isEqualTo("0130");
        assertThat(got.u8(NMI_MASKED)).isEqualTo(1);
    }

    @Test
    void an_NMI_that_was_on_its_way_comes_back_and_is_delivered() {
        guest(2);
        vcpu.set(Request.SET_VCPU_EVENTS, events().u8(NMI_INJECTED, 1).u8(NMI_MASKED, 1));
        Struct got = vcpu.get(Request.GET_VCPU_EVENTS);
        assertThat(got.hex(NMI_INJECTED, 3)).isEqualTo("010001");
        assertThat(vcpu.runToExit()).as("handler").isEqualTo(Exit.IO);
    }

    @Test
    void registers_that_are_set_do_not_take_an_exception_back() {
        guest(6);
        vcpu.set(Request.SET_VCPU_EVENTS, events().u8(EXCEPTION_INJECTED, 1).u8(EXCEPTION, 6));
        vcpu.set(Request.SET_REGS, vcpu.get(Request.GET_REGS));
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(EXCEPTION_INJECTED)).isEqualTo(1);
        handlerThenHalt();
    }

    @Test
    void NMI_pending_and_shadow_count_only_if_the_flags_say_so() {
        vcpu.set(Request.SET_VCPU_EVENTS, events().u8(NMI_PENDING, 1).u8(SHADOW, 2));
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(NMI_PENDING)).isEqualTo(1);
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(SHADOW)).isNotZero();
        vcpu.set(Request.SET_VCPU_EVENTS, events().u32(FLAGS, 0));
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(NMI_PENDING)).isEqualTo(1);
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(SHADOW)).isNotZero();
        vcpu.set(Request.SET_VCPU_EVENTS, events());
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(NMI_PENDING)).isZero();
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(SHADOW)).isZero();
    }

    @Test
    void unknown_flags_and_vectors_are_EINVAL() {
        assertErrno(vcpu.ioctl(Request.SET_VCPU_EVENTS, events().u32(FLAGS, 1 << 20)),
                Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.SET_VCPU_EVENTS, events().u32(FLAGS, VALID_PAYLOAD)),
                Errno.EINVAL);
        for (int vector : new int[]{2, 32, 255}) {
            Struct exception = events().u8(EXCEPTION_INJECTED, 1).u8(EXCEPTION, vector);
            assertErrno(vcpu.ioctl(Request.SET_VCPU_EVENTS, exception), Errno.EINVAL);
        }
    }

    @Test
    void an_injected_exception_is_delivered_first() {
        guest(6);
        vcpu.set(Request.SET_VCPU_EVENTS, events().u8(EXCEPTION_INJECTED, 1).u8(EXCEPTION, 6));
        handlerThenHalt();
    }

    @Test
    void an_NMI_is_delivered_even_with_interrupts_disabled() {
        guest(2);
        assertThat(vcpu.ioctl(Request.NMI, 0)).isZero();
        handlerThenHalt();
    }

    @Test
    void while_NMIs_are_masked_one_waits() {
        guest(2);
        vcpu.set(Request.SET_VCPU_EVENTS, events().u8(NMI_MASKED, 1));
        vcpu.ioctl(Request.NMI, 0);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        vcpu.set(Request.SET_VCPU_EVENTS, events().u32(FLAGS, 0));
        assertThat(vcpu.runToExit()).as("unmasked").isEqualTo(Exit.IO);
    }

    @Test
    void an_interrupt_is_delivered_while_the_guest_takes_it() {
        guest(0x30);
        enableInterrupts();
        assertThat(vcpu.ioctl(Request.INTERRUPT, Struct.ofInts(0x30))).isZero();
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(INTERRUPT)).isEqualTo(0x30);
        handlerThenHalt();
    }

    @Test
    void an_interrupt_is_delivered_even_if_the_guest_does_not_take_any() {
        guest(0x30);
        assertThat(vcpu.ioctl(Request.INTERRUPT, Struct.ofInts(0x30))).isZero();
        handlerThenHalt();
    }

    @Test
    void of_two_interrupts_the_second_replaces_the_first() {
        assertThat(vcpu.ioctl(Request.INTERRUPT, Struct.ofInts(0x30))).isZero();
        assertThat(vcpu.ioctl(Request.INTERRUPT, Struct.ofInts(0x31))).isZero();
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(INTERRUPT)).isEqualTo(0x31);
    }

    @Test
    void an_interrupt_has_a_vector_below_256() {
        assertErrno(vcpu.ioctl(Request.INTERRUPT, Struct.ofInts(256)), Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.INTERRUPT, Struct.ofInts(-1)), Errno.EINVAL);
    }

    @Test
    void the_run_page_says_whether_an_interrupt_can_be_delivered() {
        guest(0x30);
        vcpu.runToExit();
        assertThat(vcpu.page.u8(Exit.IF_FLAG)).isZero();
        assertThat(vcpu.page.u8(Exit.READY_FOR_INTERRUPT)).isZero();
        vcpu.realMode();
        enableInterrupts();
        vcpu.runToExit();
        assertThat(vcpu.page.u8(Exit.IF_FLAG)).isEqualTo(1);
        assertThat(vcpu.page.u8(Exit.READY_FOR_INTERRUPT)).isEqualTo(1);
    }

    @Test
    void the_window_opens_one_instruction_after_STI() {
        machine.load(0xFB, 0x90, 0x90, 0xF4).ram.zero(0, 16); // sti · nop · nop · hlt
        vcpu.realMode();
        vcpu.page.u8(Exit.REQUEST_INTERRUPT_WINDOW, 1);
        int exit = vcpu.runToExit();
        unlessItDiffers(exit == Exit.IRQ_WINDOW_OPEN,
                "an emulator looks for a window now and then");
        assertThat(exit).isEqualTo(Exit.IRQ_WINDOW_OPEN);
        assertThat(vcpu.rip()).isEqualTo(Machine.CODE + 2);
    }

    @Test
    void who_waits_for_the_window_is_told_when_it_opens() {
        // nop · sti · nop · nop · jmp to the nops
        machine.load(0x90, 0xFB, 0x90, 0x90, 0xEB, 0xFC);
        vcpu.realMode();
        vcpu.page.u8(Exit.REQUEST_INTERRUPT_WINDOW, 1);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IRQ_WINDOW_OPEN);
        assertThat(vcpu.page.u8(Exit.READY_FOR_INTERRUPT)).isEqualTo(1);
        assertThat(vcpu.page.u8(Exit.IF_FLAG)).isEqualTo(1);
        assertThat(vcpu.rip()).as("not in the shadow of STI")
                .isBetween(Machine.CODE + 2L, Machine.CODE + 4L);
    }
}
