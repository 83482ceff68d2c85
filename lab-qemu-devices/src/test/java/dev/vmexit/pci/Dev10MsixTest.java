package dev.vmexit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Dev10MsixTest {
    /// Message control: the capability is the first one, so it is at 0x40.
    private static final int CONTROL = 0x42;
    private static final int ENABLE = 1 << 15;
    private static final int FUNCTION_MASK = 1 << 14;
    private static final int PENDING = 2048;
    private static final int COMMAND = 0x04;
    private static final int BUS_MASTER = 1 << 2;
    private static final int MASKED = 1;

    private final List<String> messages = new ArrayList<>();
    private final List<Boolean> locked = new ArrayList<>();
    private final PciFunction function = new PciFunction(new PciFunction.Identity(1, 2, 3, 4, 5));
    private final MsixTable table = new MsixTable(function, 1, 70, this::signal);

    /// A message is a write to memory: only a bus master may.
    @BeforeEach
    void makeBusMaster() {
        function.write(COMMAND, 2, BUS_MASTER);
    }

    private void signal(long address, int data) {
        messages.add("%x to %x".formatted(data, address));
        locked.add(Thread.holdsLock(table));
    }

    private void program(int vector, long address, int data, int mask) {
        table.write(16L * vector, 8, address);
        table.write(16L * vector + 8, 4, data);
        table.write(16L * vector + 12, 4, mask);
    }

    private void mask(int vector, int mask) {
        table.write(16L * vector + 12, 4, mask);
    }

    @Test
    @Graded(exercise = "dev-10", id = "dev-10.message", points = 2)
    void an_interrupt_is_the_message_that_the_driver_put_into_the_table() {
        program(1, 0xFEE0_1000L, 0x41, 0);
        program(69, 0x1_FEE0_2000L, 0xFFFF_FF42, 0);
        table.raise(1);
        assertThat(messages).as("messages before the driver sets MSI-X Enable").isEmpty();
        function.write(CONTROL, 2, ENABLE);
        assertThat(messages).as("messages once MSI-X Enable is set: what was raised before is lost")
                .isEmpty();
        table.raise(1);
        table.raise(69);
        table.raise(1);
        assertThat(messages).as("messages after vectors 1, 69 and 1 were raised")
                .containsExactly("41 to fee01000", "ffffff42 to 1fee02000", "41 to fee01000");
        table.raise(70);
        table.raise(MsixTable.NONE);
        assertThat(messages).as("messages after vectors 70 and 0xffff, which are none").hasSize(3);
        assertThat(locked).as("whether the table was locked while the sink was called")
                .containsOnly(false);
    }

    @Test
    @Graded(exercise = "dev-10", id = "dev-10.masked", points = 2)
    void a_masked_vector_is_pending_and_comes_once_when_its_mask_falls() {
        function.write(CONTROL, 2, ENABLE);
        program(66, 0xFEE0_0000L, 0x30, MASKED);
        program(2, 0xFEE0_0000L, 0x31, 0);
        table.raise(66);
        table.raise(66);
        table.raise(2);
        assertThat(messages).as("messages while vector 66 is masked and vector 2 is not")
                .containsExactly("31 to fee00000");
        assertThat(table.read(PENDING + 8, 4)).as("the pending bits of vectors 64 ... 95")
                .isEqualTo(1 << 2);
        table.write(16L * 66 + 8, 4, 0x55);
        assertThat(messages).as("messages after the driver wrote new data to masked vector 66")
                .hasSize(1);
        mask(66, 0);
        assertThat(messages).as("messages after the mask fell: one, with the new data")
                .containsExactly("31 to fee00000", "55 to fee00000");
        assertThat(table.read(PENDING + 8, 4)).as("the pending bits after that").isZero();
        mask(66, MASKED);
        mask(66, 0);
        assertThat(messages).as("messages after it was masked and unmasked again").hasSize(2);
        assertThat(locked).as("whether the table was locked while the sink was called")
                .containsOnly(false);
    }

    @Test
    @Graded(exercise = "dev-10", id = "dev-10.function", points = 2)
    void the_function_mask_holds_all_vectors_back() {
        function.write(CONTROL, 2, ENABLE | FUNCTION_MASK);
        program(0, 0xFEE0_0000L, 0x20, 0);
        program(1, 0xFEE0_0000L, 0x21, MASKED);
        program(2, 0xFEE0_0000L, 0x22, 0);
        table.raise(2);
        table.raise(1);
        table.raise(0);
        assertThat(messages).as("messages under the function mask").isEmpty();
        assertThat(table.read(PENDING, 1)).as("the pending bits of vectors 0 ... 7").isEqualTo(7);
        function.write(CONTROL, 2, ENABLE);
        assertThat(messages).as("messages after the function mask fell; vector 1 has its own")
                .containsExactlyInAnyOrder("20 to fee00000", "22 to fee00000");
        mask(1, 0);
        assertThat(messages).as("messages after the mask of vector 1 fell").hasSize(3)
                .contains("21 to fee00000");
        assertThat(table.read(PENDING, 1)).as("the pending bits in the end").isZero();
    }
}
