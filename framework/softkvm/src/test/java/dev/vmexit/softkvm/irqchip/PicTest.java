package dev.vmexit.softkvm.irqchip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Intel 8259A data sheet. The lines are a PC's: 0 … 7 on the first chip, 8 … 15 on the second.
class PicTest {
    private final Machine machine = new Machine(2);

    @BeforeEach
    void virtualWire() {
        machine.initPics();
        machine.apic(0).write(0x350, 0x700);
    }

    private void edge(int... lines) {
        for (int line : lines) {
            machine.chip.setLine(line, true);
            machine.chip.setLine(line, false);
        }
    }

    private int take() {
        return machine.chip.acknowledge(machine.apic(0));
    }

    /// "Fully Nested Mode: IR0 is the highest and IR7 the lowest priority."
    @Test
    void lower_lines_come_first_and_wait_for_EOI() {
        edge(4, 1);

        assertThat(machine.chip.pendingVector(machine.apic(0))).isEqualTo(0x09);
        assertThat(take()).isEqualTo(0x09);
        assertThat(take()).as("4 waits for 1").isEqualTo(-1);
        machine.out(0x20, 0x20);
        assertThat(take()).isEqualTo(0x0C);
        edge(1);
        assertThat(take()).as("1 interrupts 4").isEqualTo(0x09);
    }

    @Test
    void only_the_CPU_whose_LINT0_is_ExtINT_is_asked() {
        edge(1);

        assertThat(machine.apic(0).hasInterrupt()).isTrue();
        assertThat(machine.apic(1).hasInterrupt()).isFalse();
        assertThat(machine.chip.acknowledge(machine.apic(1))).isEqualTo(-1);
        machine.apic(0).write(0x350, 0x1_0700);
        assertThat(machine.apic(0).hasInterrupt()).isFalse();
        machine.apic(0).baseMsr(0xFEE0_0100L);
        assertThat(take()).as("without an APIC the pin is INTR").isEqualTo(0x09);
    }

    /// "Cascade Mode": the second chip's vector, and both want an EOI.
    @Test
    void the_second_chip_asks_through_line_2() {
        edge(12, 8);

        assertThat(take()).isEqualTo(0x70);
        machine.out(0xA0, 0x20);
        machine.out(0x20, 0x20);
        assertThat(take()).isEqualTo(0x74);
    }

    /// OCW1, "Interrupt Mask".
    @Test
    void masks_hold_back_what_is_remembered() {
        machine.out(0x21, 0xFF);
        assertThat(machine.chip.setLine(3, true)).isNegative();
        assertThat(take()).isEqualTo(-1);
        machine.out(0x21, 0xF7);

        assertThat(machine.in(0x21)).isEqualTo(0xF7);
        assertThat(take()).isEqualTo(0x0B);
    }

    @Test
    void an_edge_that_nobody_has_taken_coalesces() {
        machine.chip.setRouting(java.util.List.of(new Route.ToChip(3, 0, 3)));
        assertThat(machine.chip.setLine(3, true)).isEqualTo(1);
        assertThat(machine.chip.setLine(3, false)).isEqualTo(1);
        assertThat(machine.chip.setLine(3, true)).isZero();
    }

    /// ELCR, 82371SB (PIIX) data sheet, section 2.5.3.4.
    @Test
    void a_level_triggered_line_asks_as_long_as_it_is_up() {
        machine.out(0x4D0, 0xFF);
        machine.out(0x4D1, 0xFF);
        assertThat(machine.chip.readPort(0x4D0, 2)).isEqualTo(0xDEF8);
        machine.chip.setLine(5, true);
        assertThat(take()).isEqualTo(0x0D);
        machine.out(0x20, 0x20);
        assertThat(take()).isEqualTo(0x0D);
        machine.chip.setLine(5, false);
        machine.out(0x20, 0x20);
        assertThat(take()).isEqualTo(-1);
    }

    /// "If the IR input goes low before acknowledge, the IR7 default occurs": on the second chip,
    /// after the first one has remembered its request.
    @Test
    void a_request_that_has_gone_is_the_spurious_IRQ_15() {
        machine.out(0x4D1, 0xDE);
        machine.chip.setLine(11, true);
        machine.chip.setLine(11, false);

        assertThat(take()).isEqualTo(0x77);
        machine.out(0xA0, 0x0B);
        assertThat(machine.in(0xA0)).as("nothing is in service there").isZero();
        machine.out(0x20, 0x0B);
        assertThat(machine.in(0x20)).isEqualTo(0x04);
    }

    @Test
    void an_INTA_cycle_that_nobody_asked_for_finds_the_spurious_IRQ_7() {
        var pics = new PicPair();
        pics.write(0x20, 0x11);
        pics.write(0x21, 0x08);

        assertThat(pics.acknowledge()).isEqualTo(0x0F);
        pics.write(0x20, 0x0B);
        assertThat(pics.read(0x20)).isZero();
    }

    /// OCW2: specific EOI, rotation, set priority.
    @Test
    void OCW2_turns_the_priorities() {
        edge(3, 5);
        machine.out(0x20, 0xC3);
        assertThat(take()).as("3 is the lowest now").isEqualTo(0x0D);
        machine.out(0x20, 0x65);
        assertThat(take()).isEqualTo(0x0B);
        edge(5, 3);
        machine.out(0x20, 0xA0);
        assertThat(take()).as("after rotation 4 is the highest").isEqualTo(0x0D);
        machine.out(0x20, 0xE5);
        assertThat(take()).isEqualTo(0x0B);
    }

    /// ICW4, "Automatic End of Interrupt Mode", and OCW2, "Rotate in automatic EOI mode".
    @Test
    void automatic_EOI_leaves_nothing_in_service_and_may_rotate() {
        machine.out(0x20, 0x11);
        machine.out(0x21, 0x08, 0x04, 0x03);
        machine.out(0x20, 0x80);
        edge(0, 1);
        assertThat(take()).isEqualTo(0x08);
        edge(0);
        assertThat(take()).as("0 is the lowest now").isEqualTo(0x09);
        assertThat(take()).isEqualTo(0x08);
        machine.out(0x20, 0x0B);
        assertThat(machine.in(0x20)).isZero();
    }

    /// "Special Mask Mode": a masked line in service does not hold back the lower ones.
    @Test
    void special_mask_mode_lets_lower_lines_interrupt() {
        edge(1, 6);
        assertThat(take()).isEqualTo(0x09);
        machine.out(0x21, 0x02);
        assertThat(take()).isEqualTo(-1);
        machine.out(0x20, 0x68);
        assertThat(take()).isEqualTo(0x0E);
        machine.out(0x20, 0x20);
        machine.out(0x20, 0x0B);
        assertThat(machine.in(0x20)).as("the EOI passed over the masked line").isEqualTo(0x02);
    }

    /// "Special Fully Nested Mode": the second chip may interrupt itself.
    @Test
    void special_fully_nested_mode_lets_the_second_chip_interrupt_itself() {
        machine.out(0x20, 0x11);
        machine.out(0x21, 0x08, 0x04, 0x11);
        edge(12);
        assertThat(take()).isEqualTo(0x74);
        edge(9);
        assertThat(take()).isEqualTo(0x71);
    }

    /// "Poll Command": bit 7 says whether, bits 2:0 which.
    @Test
    void a_poll_is_an_acknowledgement() {
        edge(4);
        machine.out(0x20, 0x0C);
        assertThat(machine.in(0x20)).isEqualTo(0x84);
        machine.out(0x20, 0x0C);
        assertThat(machine.in(0x20)).isZero();
        machine.out(0x20, 0x0B);
        assertThat(machine.in(0x20)).isEqualTo(0x10);
        edge(10);
        machine.out(0xA0, 0x0C);
        assertThat(machine.in(0xA0)).isEqualTo(0x82);
        machine.out(0x20, 0x64);
        assertThat(take()).as("the first chip has forgotten it, too").isEqualTo(-1);
    }

    /// ICW1: "the Interrupt Mask Register is cleared, IR7 input is assigned priority 7".
    @Test
    void ICW1_starts_over() {
        machine.out(0x21, 0xFF);
        edge(3);
        machine.out(0x20, 0x11);
        machine.out(0x21, 0x38, 0x04, 0x01);

        assertThat(machine.in(0x21)).isZero();
        assertThat(take()).isEqualTo(-1);
        edge(3);
        assertThat(take()).isEqualTo(0x3B);
    }
}
