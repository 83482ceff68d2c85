package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a vCPU and the interrupt controllers are at power-up, byte for byte: the same from both.
class FreshStateTest {
    /// FXSAVE tells which bits of MXCSR the host's CPU has; KVM puts its components behind.
    private static final int MXCSR_MASK = 28;
    private static final int COMPONENTS = 464;

    @BeforeEach
    void both() {
        Assumptions.assumeTrue(Kernel.KVM.libc().isPresent(),
                "not run: there is no /dev/kvm to compare with");
    }

    private static Machine machine(Kernel kernel, boolean chip) {
        Machine machine = new Machine(kernel.libc().orElseThrow());
        if (chip) {
            Machine.must(machine.vm(Request.CREATE_IRQCHIP, 0));
            Machine.must(machine.vm(Request.CREATE_PIT2, Struct.ofSize(64)));
        }
        return machine;
    }

    private static String state(Kernel kernel, boolean chip, Request request) {
        try (Machine machine = machine(kernel, chip)) {
            Struct struct = machine.vcpu().get(request);
            if (request == Request.GET_XSAVE) {
                struct.zero(MXCSR_MASK, 4).zero(COMPONENTS, 8);
            }
            return struct.hex();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Request.class, names = {"GET_REGS", "GET_SREGS", "GET_FPU", "GET_XSAVE",
            "GET_XCRS", "GET_MP_STATE", "GET_VCPU_EVENTS", "GET_DEBUGREGS"})
    void a_vCPU_is_the_same_at_power_up(Request request) {
        assertThat(state(Kernel.SOFT, false, request)).isEqualTo(state(Kernel.KVM, false, request));
        assertThat(state(Kernel.SOFT, true, request)).isEqualTo(state(Kernel.KVM, true, request));
    }

    @Test
    void a_local_APIC_is_the_same_at_power_up() {
        assertThat(state(Kernel.SOFT, true, Request.GET_LAPIC))
                .isEqualTo(state(Kernel.KVM, true, Request.GET_LAPIC));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void an_interrupt_controller_is_the_same_at_power_up(int id) {
        assertThat(chip(Kernel.SOFT, id)).isEqualTo(chip(Kernel.KVM, id));
    }

    private static String chip(Kernel kernel, int id) {
        try (Machine machine = machine(kernel, true)) {
            Struct chip = Struct.ofSize(520).u32(0, id);
            Machine.must(machine.vm(Request.GET_IRQCHIP, chip));
            return chip.hex();
        }
    }

    @Test
    void the_timer_is_the_same_at_power_up_but_for_the_time() {
        assertThat(pit(Kernel.SOFT)).isEqualTo(pit(Kernel.KVM));
    }

    private static String pit(Kernel kernel) {
        try (Machine machine = machine(kernel, true)) {
            Struct pit = Struct.ofSize(112);
            Machine.must(machine.vm(Request.GET_PIT2, pit));
            return pit.zero(16, 8).zero(40, 8).zero(64, 8).hex();
        }
    }

    @Test
    void the_run_page_is_the_same_before_the_first_run() {
        assertThat(page(Kernel.SOFT)).isEqualTo(page(Kernel.KVM));
    }

    private static String page(Kernel kernel) {
        try (Machine machine = machine(kernel, false)) {
            return machine.vcpu().page.hex(0, 4096 + 64);
        }
    }
}
