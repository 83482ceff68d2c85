package dev.vmexit.power;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.acpi.PowerManagement;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class PowerTest {
    private final PowerSwitch power = new PowerSwitch();

    @Test
    void the_first_change_counts_and_is_told_once() {
        int[] told = {0};
        power.onChange(() -> told[0]++);
        power.turn(PowerSwitch.State.RESET);
        power.turn(PowerSwitch.State.OFF);
        assertThat(power.state()).isEqualTo(PowerSwitch.State.RESET);
        assertThat(told[0]).isEqualTo(1);
    }

    @Test
    void command_FE_of_the_keyboard_controller_resets() {
        var i8042 = new I8042(power);
        i8042.write(4, 1, 0xAD);
        assertThat(power.state()).isEqualTo(PowerSwitch.State.ON);
        i8042.write(4, 1, 0xFE);
        assertThat(power.state()).isEqualTo(PowerSwitch.State.RESET);
    }

    @Test
    void the_configuration_byte_can_be_written_and_read() {
        var i8042 = new I8042(power);
        i8042.write(4, 1, 0x60);
        i8042.write(0, 1, 0x45);
        i8042.write(4, 1, 0x20);
        assertThat(i8042.read(4, 1)).as("output full").isEqualTo(1);
        assertThat(i8042.read(0, 1)).isEqualTo(0x45);
        assertThat(i8042.read(4, 1)).as("empty").isZero();
    }

    @Test
    void SLP_EN_with_the_type_of_S5_switches_off_and_with_another_does_not() {
        var acpi = new PowerManagement(power, level -> {});
        assertThat(acpi.read(4, 2) & 1).as("SCI_EN").isEqualTo(1);
        acpi.write(4, 2, 1 << 13 | 3 << 10);
        assertThat(power.state()).isEqualTo(PowerSwitch.State.ON);
        acpi.write(4, 2, 5 << 10);
        assertThat(power.state()).isEqualTo(PowerSwitch.State.ON);
        acpi.write(4, 2, 1 << 13 | 5 << 10);
        assertThat(power.state()).isEqualTo(PowerSwitch.State.OFF);
    }

    @Test
    void the_button_holds_the_SCI_until_its_status_is_cleared() {
        var levels = new ArrayList<Boolean>();
        var acpi = new PowerManagement(power, levels::add);
        acpi.pressButton();
        assertThat(levels).as("not enabled").containsExactly(false);
        acpi.write(2, 2, 1 << 8);
        assertThat(levels).last().isEqualTo(true);
        assertThat(acpi.read(0, 2) & 0xFFFF).isEqualTo(1 << 8);
        acpi.write(0, 2, 1);
        assertThat(levels).as("another bit").last().isEqualTo(true);
        acpi.write(0, 2, 1 << 8);
        assertThat(levels).last().isEqualTo(false);
        assertThat(acpi.read(0, 4) & 0xFFFF_FFFFL).isEqualTo(1L << 24);
        assertThat(power.state()).isEqualTo(PowerSwitch.State.ON);
    }
}
