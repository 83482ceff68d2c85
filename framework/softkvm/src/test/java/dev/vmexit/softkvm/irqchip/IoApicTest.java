package dev.vmexit.softkvm.irqchip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// 82093AA, section 3.2, "IOAPIC Registers".
class IoApicTest {
    private static final long LEVEL = 1 << 15;
    private static final long MASKED = 1 << 16;
    private static final int REMOTE_IRR = 1 << 14;

    private final Machine machine = new Machine(2);

    private int low(int pin) {
        return machine.ioApic(0x10 + 2 * pin);
    }

    @Test
    void it_says_version_0x11_and_24_pins_and_all_are_masked() {
        assertThat(machine.ioApic(1)).isEqualTo(0x17_0011);
        assertThat(low(23)).isEqualTo(0x1_0000);
        machine.ioApic(0, 0xFFFF_FFFF);
        assertThat(machine.ioApic(0)).isEqualTo(0x0F00_0000);
        assertThat(machine.ioApic(0x40)).as("no such register").isEqualTo(-1);
    }

    @Test
    void an_edge_is_sent_once_and_coalesces_while_the_line_is_up() {
        machine.redirect(5, 1L << 56 | 0x55);
        machine.setRoutingToIoApicOnly();

        assertThat(machine.chip.setLine(5, true)).isEqualTo(1);
        assertThat(machine.chip.setLine(5, true)).isZero();
        assertThat(machine.chip.setLine(5, false)).isEqualTo(1);
        assertThat(machine.take(1)).containsExactly(0x55);
        assertThat(machine.take(0)).isEmpty();
    }

    /// "Remote IRR: set to 1 when the local APIC accepts the level interrupt; 0 when an EOI message
    /// is received."
    @Test
    void a_level_is_sent_again_after_each_EOI_until_the_line_falls() {
        machine.redirect(10, LEVEL | 0x5A);
        machine.chip.setLine(10, true);
        assertThat(low(10) & REMOTE_IRR).isNotZero();
        assertThat(machine.take(0)).containsExactly(0x5A);
        assertThat(machine.take(0)).isEmpty();

        machine.apic(0).write(Machine.EOI, 0);
        assertThat(machine.take(0)).containsExactly(0x5A);
        machine.chip.setLine(10, false);
        machine.apic(0).write(Machine.EOI, 0);
        assertThat(low(10) & REMOTE_IRR).isZero();
        assertThat(machine.take(0)).isEmpty();
    }

    @Test
    void a_level_that_waits_under_a_mask_is_sent_when_it_is_lifted() {
        machine.redirect(10, MASKED | LEVEL | 0x5A);
        machine.setRoutingToIoApicOnly();
        assertThat(machine.chip.setLine(10, true)).isNegative();
        machine.redirect(10, LEVEL | 0x5A);

        assertThat(machine.take(0)).containsExactly(0x5A);
    }

    /// How Linux acknowledges a stuck level interrupt on an IOAPIC without an EOI register.
    @Test
    void an_entry_made_edge_triggered_loses_its_remote_IRR() {
        machine.redirect(10, LEVEL | 0x5A);
        machine.chip.setLine(10, true);
        machine.redirect(10, MASKED | 0x5A);

        assertThat(low(10) & REMOTE_IRR).isZero();
    }

    @Test
    void entries_may_ask_for_NMI_and_for_nothing_known() {
        machine.redirect(3, 0x400);
        machine.redirect(4, 0x700);
        machine.chip.setLine(3, true);
        machine.chip.setLine(4, true);

        assertThat(machine.heard).containsExactly("nmi 0");
    }

    /// SDM 10.11: destination in address bits 19:12, redirection hint 3, mode 2.
    @Test
    void MSIs_reach_whom_their_address_names() {
        assertThat(machine.chip.signalMsi(0xFEE0_1000L, 0x41)).isEqualTo(1);
        assertThat(machine.chip.signalMsi(0xFEEF_F000L, 0x42)).isEqualTo(2);
        assertThat(machine.chip.signalMsi(0xFEE0_9000L, 0x43)).isZero();
        machine.apic(0).write(0xD0, 1 << 24);
        machine.apic(1).write(0xD0, 2 << 24);
        assertThat(machine.chip.signalMsi(0xFEE0_300CL, 0x54)).as("either").isEqualTo(1);
        assertThat(machine.chip.signalMsi(0xFEE0_3004L, 0x65)).as("both").isEqualTo(2);
    }

    @Test
    void with_32_bit_ids_the_upper_half_of_an_MSI_address_counts() {
        assertThat(machine.chip.signalMsi(0x100_FEE0_1000L, 0x41)).isEqualTo(1);
        machine.chip.use32BitIds();
        assertThat(machine.chip.signalMsi(0x100_FEE0_1000L, 0x41)).isZero();
    }

    @Test
    void a_route_may_lead_to_an_MSI_and_unknown_lines_to_nothing() {
        machine.chip.setRouting(List.of(new Route.ToMsi(77, 0xFEE0_1000L, 0x44)));

        assertThat(machine.chip.setLine(77, true)).isEqualTo(1);
        assertThat(machine.chip.setLine(77, false)).isNegative();
        assertThat(machine.chip.setLine(4, true)).isNegative();
        assertThat(machine.take(1)).containsExactly(0x44);
    }

    @Test
    void the_timers_line_reaches_pin_0_and_pin_2() {
        machine.redirect(0, 0x50);
        machine.redirect(2, 0x62);
        machine.chip.setLine(0, true);

        assertThat(machine.take(0)).containsExactly(0x62);
        machine.apic(0).write(Machine.EOI, 0);
        assertThat(machine.take(0)).containsExactly(0x50);
    }
}
