package dev.vmexit.serial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Dev03ReceiveTest {
    private static final int IER = 1;
    private static final int IIR = 2;
    private static final int FCR = 2;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int OUT2 = 0x08;

    private final List<Boolean> line = new ArrayList<>();
    private final Uart16550 uart = new Uart16550(value -> {}, line::add);

    private void write(int offset, int value) {
        uart.write(offset, 1, value);
    }

    private int read(int offset) {
        return (int) uart.read(offset, 1);
    }

    @Test
    @Graded(exercise = "dev-03", id = "dev-03.receives", points = 2)
    void received_bytes_wait_in_order_and_LSR_says_so_with_and_without_the_FIFO() {
        for (int fcr : new int[]{0, 1}) {
            write(FCR, fcr);
            String typed = Seed.word("dev-03 " + fcr) + "and more than sixteen bytes";
            typed.chars().forEach(uart::receive);
            uart.receive(0x1FF);
            var taken = new StringBuilder();
            while ((read(LSR) & 1) != 0 && taken.length() <= typed.length()) {
                taken.append((char) read(0));
            }
            assertThat(taken).as("what the guest read from RBR while DR was set, FCR is %d", fcr)
                    .hasToString(typed + (char) 0xFF);
            assertThat(read(0)).as("RBR with nothing in it").isZero();
        }
    }

    @Test
    @Graded(exercise = "dev-03", id = "dev-03.interrupt", points = 3)
    void a_received_byte_raises_the_line_at_once_and_reading_it_lowers_the_line() {
        write(MCR, OUT2);
        uart.receive('a');
        assertThat(line).as("the line, when IER enables nothing").isEmpty();
        write(IER, 0x01);
        assertThat(line).as("the line, once IER enables received data").containsExactly(true);
        read(0);
        assertThat(line).as("the line, once RBR was read").containsExactly(true, false);
        uart.receive('b');
        assertThat(line).as("the line, when the next byte comes: nobody touched a register")
                .containsExactly(true, false, true);
        assertThat(read(IIR)).as("IIR: received data").isEqualTo(0x04);
        assertThat(read(IIR)).as("IIR read again: the byte still waits").isEqualTo(0x04);
        read(0);
        assertThat(read(IIR)).as("IIR: nothing is pending").isEqualTo(0x01);
        assertThat(line).as("the line at the end").containsExactly(true, false, true, false);
    }

    @Test
    @Graded(exercise = "dev-03", id = "dev-03.order", points = 2)
    void received_data_come_before_an_empty_transmitter_which_reading_IIR_acknowledges() {
        write(MCR, OUT2);
        write(FCR, 0x01);
        write(IER, 0x03);
        uart.receive('x');
        assertThat(read(IIR)).as("IIR with both pending: received data, FIFOs on").isEqualTo(0xC4);
        read(0);
        assertThat(read(IIR)).as("IIR: the empty transmitter has waited").isEqualTo(0xC2);
        assertThat(read(IIR)).as("IIR read again: that was acknowledged").isEqualTo(0xC1);
        assertThat(line).as("the line").containsExactly(true, false);
        write(IER, 0x01);
        write(0, 'T');
        assertThat(read(IIR)).as("IIR after a byte, with its interrupt disabled").isEqualTo(0xC1);
        write(IER, 0x03);
        assertThat(read(IIR)).as("IIR once it is enabled").isEqualTo(0xC2);
    }

    @Test
    @Graded(exercise = "dev-03", id = "dev-03.flood", points = 1)
    void a_line_that_nobody_reads_loses_bytes_and_says_overrun_and_keeps_the_oldest() {
        write(FCR, 0x01);
        for (int i = 0; i < 70_000; i++) {
            uart.receive(i % 251);
        }
        assertThat(read(LSR) & 2).as("LSR: bit OE after 70,000 bytes").isEqualTo(2);
        int kept = 0;
        while ((read(LSR) & 1) != 0) {
            assertThat(read(0)).as("byte %d", kept).isEqualTo(kept % 251);
            kept++;
        }
        assertThat(kept).as("bytes kept: those of the line and those of the FIFO")
                .isEqualTo(65_536 + 16);
    }
}
