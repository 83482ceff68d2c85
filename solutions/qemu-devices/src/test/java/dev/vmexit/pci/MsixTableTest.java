package dev.vmexit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MsixTableTest {
    private static final int CONTROL = 0x42;
    private static final int ENABLE = 1 << 15;
    private static final int FUNCTION_MASK = 1 << 14;

    private final List<String> signals = new ArrayList<>();
    private final PciFunction function = new PciFunction(new PciFunction.Identity(1, 2, 3, 4, 5));
    private final MsixTable table = new MsixTable(function, 1, 3,
            (address, data) -> signals.add("%x:%x".formatted(address, data)));

    @BeforeEach
    void busMaster() {
        function.write(4, 2, 1 << 2);
    }

    private void program(int vector, long address, int data, int mask) {
        table.write(16L * vector, 8, address);
        table.write(16L * vector + 8, 4, data);
        table.write(16L * vector + 12, 4, mask);
    }

    @Test
    void an_interrupt_is_the_message_in_the_table() {
        program(1, 0xFEE0_1000L, 0x41, 0);
        function.write(CONTROL, 2, ENABLE);
        table.raise(1);
        assertThat(signals).containsExactly("fee01000:41");
    }

    @Test
    void a_masked_one_waits_and_comes_once() {
        program(2, 0xFEE0_0000L, 0x30, 1);
        function.write(CONTROL, 2, ENABLE);
        table.raise(2);
        table.raise(2);
        assertThat(signals).isEmpty();
        assertThat(table.read(2048, 4)).as("pending").isEqualTo(1 << 2);
        table.write(2 * 16 + 12, 4, 0);
        assertThat(signals).containsExactly("fee00000:30");
        assertThat(table.read(2048, 4)).isZero();
    }

    @Test
    void the_function_can_mask_all() {
        program(0, 0xFEE0_0000L, 0x30, 0);
        function.write(CONTROL, 2, ENABLE | FUNCTION_MASK);
        table.raise(0);
        assertThat(signals).isEmpty();
        function.write(CONTROL, 2, ENABLE);
        assertThat(signals).hasSize(1);
    }

    @Test
    void a_function_that_is_no_bus_master_sends_nothing_until_it_is() {
        program(1, 0xFEE0_0000L, 0x31, 0);
        function.write(CONTROL, 2, ENABLE);
        function.write(4, 2, 0);
        table.raise(1);
        assertThat(signals).isEmpty();
        assertThat(table.read(2048, 4)).as("pending").isEqualTo(1 << 1);
        function.write(4, 2, 1 << 2);
        assertThat(signals).containsExactly("fee00000:31");
    }

    @Test
    void after_power_up_all_are_masked() {
        function.write(CONTROL, 2, ENABLE);
        for (int vector = 0; vector < 3; vector++) {
            assertThat(table.read(16L * vector + 12, 4)).isEqualTo(1);
            table.raise(vector);
        }
        assertThat(signals).isEmpty();
    }

    @Test
    void before_the_driver_enables_them_interrupts_are_lost() {
        program(0, 0xFEE0_0000L, 0x30, 0);
        table.raise(0);
        function.write(CONTROL, 2, ENABLE);
        assertThat(signals).isEmpty();
        assertThat(table.read(0xFFFF_FF00L, 4)).isZero();
    }

    @Test
    void there_is_no_vector_behind_the_last() {
        function.write(CONTROL, 2, ENABLE);
        table.raise(3);
        table.raise(MsixTable.NONE);
        table.write(3 * 16, 8, -1);
        assertThat(table.read(3 * 16, 8)).isZero();
        assertThat(function.read(CONTROL, 2) & 0x7FF).as("size − 1").isEqualTo(2);
    }
}
