package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The interrupt controllers and the timer in the kernel: made, saved, restored, rung.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.24 to 4.28, 4.71 to 4.73
class IrqChipTest extends AgreementTest {
    private static final int IOAPIC = 2;

    private void createChip() {
        assertThat(machine.vm(Request.CREATE_IRQCHIP, 0)).isZero();
    }

    private int createPit() {
        return machine.vm(Request.CREATE_PIT2, Struct.ofSize(64));
    }

    private Struct chip(int id) {
        Struct chip = Struct.ofSize(520).u32(0, id);
        assertThat(machine.vm(Request.GET_IRQCHIP, chip)).isZero();
        return chip;
    }

    @Test
    void there_is_one_set_of_controllers_and_it_comes_before_the_vCPUs() {
        createChip();
        assertErrno(machine.vm(Request.CREATE_IRQCHIP, 0), Errno.EEXIST);
    }

    @Test
    void controllers_after_a_vCPU_are_EINVAL() {
        machine.vcpu();
        assertErrno(machine.vm(Request.CREATE_IRQCHIP, 0), Errno.EINVAL);
    }

    @ParameterizedTest
    @EnumSource(value = Request.class, names = {"IRQ_LINE", "IRQ_LINE_STATUS", "GET_IRQCHIP",
            "SET_IRQCHIP", "GET_PIT2", "SET_PIT2"})
    void without_controllers_it_is_ENXIO(Request request) {
        assertErrno(machine.vm(request, Struct.ofSize(1024)), Errno.ENXIO);
    }

    @ParameterizedTest
    @EnumSource(value = Request.class, names = {"SET_GSI_ROUTING", "SIGNAL_MSI"})
    void without_controllers_it_is_EINVAL(Request request) {
        assertErrno(machine.vm(request, Struct.ofSize(1024)), Errno.EINVAL);
    }

    @Test
    void the_timer_needs_controllers_and_exists_once() {
        assertErrno(createPit(), Errno.ENOENT);
        createChip();
        assertErrno(machine.vm(Request.GET_PIT2, Struct.ofSize(112)), Errno.ENXIO);
        assertThat(createPit()).isZero();
        assertErrno(createPit(), Errno.EEXIST);
    }

    @Test
    void there_are_three_controllers() {
        createChip();
        assertErrno(machine.vm(Request.GET_IRQCHIP, Struct.ofSize(520).u32(0, 3)), Errno.EINVAL);
        assertErrno(machine.vm(Request.SET_IRQCHIP, Struct.ofSize(520).u32(0, 3)), Errno.EINVAL);
        assertErrno(machine.vm(Request.GET_IRQCHIP, Struct.ofSize(520).u32(0, -1)), Errno.EINVAL);
    }

    /// last_irr irr imr isr priority_add irq_base read_reg_select poll special_mask init_state
    /// auto_eoi rotate_on_auto_eoi special_fully_nested_mode init4 elcr elcr_mask
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void an_8259_comes_back_as_it_was_set(int id) {
        createChip();
        Struct pic = chip(id).u8(8 + 2, 0xFB).u8(8 + 5, 0x20 + 8 * id).u8(8 + 13, 1).u8(8 + 14, 8)
                .u8(8 + 3, 0x10).u8(8 + 4, 3);
        assertThat(machine.vm(Request.SET_IRQCHIP, pic)).isZero();
        assertThat(chip(id).hex()).isEqualTo(pic.hex());
    }

    /// base u64 · ioregsel u32 · id u32 · irr u32 · pad u32 · 24 redirection entries u64
    @Test
    void the_IOAPIC_comes_back_as_it_was_set() {
        createChip();
        Struct ioapic = chip(IOAPIC).u32(8 + 8, 0x12).u32(8 + 12, 3);
        ioapic.u64(8 + 24 + 8 * 4, 0x0100_0000_0000_A041L).u64(8 + 24 + 8 * 5, 0x0000_8951L);
        assertThat(machine.vm(Request.SET_IRQCHIP, ioapic)).isZero();
        assertThat(chip(IOAPIC).hex()).isEqualTo(ioapic.hex());
    }

    /// Three channels of 24 bytes, count u32 first, time of loading u64 last; then flags u32.
    @Test
    void the_timer_comes_back_as_it_was_set_but_for_the_time_of_loading() {
        createChip();
        createPit();
        Struct pit = Struct.ofSize(112);
        machine.vm(Request.GET_PIT2, pit);
        pit.u32(0, 0x1234).u8(4 + 8, 2).u32(24, 0x4321).u32(48, 0x8001);
        assertThat(machine.vm(Request.SET_PIT2, pit)).isZero();
        Struct back = Struct.ofSize(112);
        assertThat(machine.vm(Request.GET_PIT2, back)).isZero();
        for (int channel = 0; channel < 3; channel++) {
            pit.zero(24L * channel + 16, 8);
            back.zero(24L * channel + 16, 8);
        }
        assertThat(back.hex()).isEqualTo(pit.hex());
    }

    @Test
    void a_line_that_is_raised_is_seen_in_the_request_registers() {
        createChip();
        assertThat(machine.vm(Request.IRQ_LINE, Struct.ofInts(5, 1))).isZero();
        assertThat(chip(0).u8(8 + 1) & 1 << 5).as("IRR of the 8259").isNotZero();
        assertThat(chip(IOAPIC).u32(8 + 16) & 1 << 5).as("IRR of the IOAPIC").isNotZero();
        machine.vm(Request.IRQ_LINE, Struct.ofInts(5, 0));
        assertThat(chip(IOAPIC).u32(8 + 16) & 1 << 5).isZero();
    }

    @Test
    void lines_9_and_above_are_the_second_8259s_which_hangs_on_line_2() {
        createChip();
        Struct second = chip(1).u8(8 + 5, 0x28).u8(8 + 13, 1);
        machine.vm(Request.SET_IRQCHIP, second);
        machine.vm(Request.IRQ_LINE, Struct.ofInts(10, 1));
        assertThat(chip(1).u8(8 + 1)).isEqualTo(1 << 2);
        assertThat(chip(0).u8(8 + 1)).isEqualTo(1 << 2);
    }

    @Test
    void IRQ_LINE_STATUS_tells_what_became_of_it() {
        createChip();
        Struct line = Struct.ofInts(5, 1);
        assertThat(machine.vm(Request.IRQ_LINE_STATUS, line)).isZero();
        assertThat(line.u32(0)).as("reached the 8259").isEqualTo(1);
        machine.vm(Request.IRQ_LINE_STATUS, Struct.ofInts(5, 0));
        line.u32(0, 5);
        assertThat(machine.vm(Request.IRQ_LINE_STATUS, line)).isZero();
        assertThat(line.u32(0)).as("waits there already").isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 4095, 4096, -1})
    void a_line_that_leads_nowhere_is_no_error(int gsi) {
        createChip();
        assertThat(machine.vm(Request.IRQ_LINE, Struct.ofInts(gsi, 1))).isZero();
        Struct line = Struct.ofInts(gsi, 1);
        assertThat(machine.vm(Request.IRQ_LINE_STATUS, line)).isZero();
        assertThat(line.u32(0)).isEqualTo(-1);
    }

    @Test
    void with_controllers_KVM_INTERRUPT_is_ENXIO() {
        createChip();
        assertErrno(machine.vcpu().ioctl(Request.INTERRUPT, Struct.ofInts(0x30)), Errno.ENXIO);
    }

    @Test
    void an_8259_interrupts_the_guest() {
        createChip();
        // sti · hlt · jmp back; vector 0x25: out 0x42,al
        VirtualCpu vcpu = machine.load(0xFB, 0xF4, 0xEB, 0xFD).vcpu().realMode();
        machine.ram.bytes(0x2000, (byte) 0xE6, (byte) 0x43).u16(4 * 0x25, 0x2000);
        machine.vm(Request.SET_IRQCHIP, chip(0).u8(8 + 5, 0x20).u8(8 + 13, 1));
        machine.vm(Request.IRQ_LINE, Struct.ofInts(5, 1));
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
        assertThat(vcpu.page.u16(Exit.DETAILS + 2)).isEqualTo(0x43);
        assertThat(chip(0).u8(8 + 3)).as("in service").isEqualTo(1 << 5);
    }
}
