package dev.vmexit.serial;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Uart16550Test {
    private static final int RBR = 0;
    private static final int THR = 0;
    private static final int IER = 1;
    private static final int IIR = 2;
    private static final int FCR = 2;
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int MSR = 6;
    private static final int SCR = 7;

    private final StringBuilder wire = new StringBuilder();
    private final List<Boolean> line = new ArrayList<>();
    private final Uart16550 uart = new Uart16550(b -> wire.append((char) b), line::add);

    private void write(int register, int value) {
        uart.write(register, 1, value);
    }

    private long read(int register) {
        return uart.read(register, 1);
    }

    @Test
    void a_byte_written_to_THR_is_on_the_wire_at_once() {
        write(THR, 'A');
        assertThat(wire).hasToString("A");
        assertThat(read(LSR)).as("THRE and TEMT").isEqualTo(0x60);
    }

    @Test
    void LSR_reports_data_ready_only_while_a_received_byte_waits() {
        assertThat(read(LSR) & 1).isZero();
        uart.receive('x');
        assertThat(read(LSR) & 1).isEqualTo(1);
        assertThat(read(RBR)).isEqualTo('x');
        assertThat(read(LSR) & 1).isZero();
    }

    @Test
    void DLAB_shows_the_divisor_in_place_of_THR_and_IER() {
        write(LCR, 0x80);
        write(0, 0x0C);
        write(1, 0x01);
        assertThat(read(0)).isEqualTo(0x0C);
        assertThat(read(1)).isEqualTo(0x01);
        write(LCR, 0x03);
        assertThat(wire).isEmpty();
        assertThat(read(IER)).isZero();
    }

    @Test
    void received_data_raise_the_line_until_they_are_read() {
        write(MCR, 0x08);
        write(IER, 0x01);
        uart.receive('x');
        assertThat(read(IIR)).isEqualTo(0x04);
        assertThat(line).containsExactly(true);
        read(RBR);
        assertThat(read(IIR)).isEqualTo(0x01);
        assertThat(line).containsExactly(true, false);
    }

    @Test
    void enabling_the_transmitter_interrupt_raises_it_at_once_and_reading_IIR_acknowledges_it() {
        write(MCR, 0x08);
        write(IER, 0x02);
        assertThat(read(IIR)).isEqualTo(0x02);
        assertThat(read(IIR)).isEqualTo(0x01);
        write(THR, 'A');
        assertThat(read(IIR)).as("empty again after the byte").isEqualTo(0x02);
        assertThat(line).containsExactly(true, false, true, false);
    }

    @Test
    void received_data_come_before_an_empty_transmitter() {
        write(MCR, 0x08);
        write(IER, 0x03);
        uart.receive('x');
        assertThat(read(IIR)).isEqualTo(0x04);
        read(RBR);
        assertThat(read(IIR)).isEqualTo(0x02);
    }

    @Test
    void without_OUT2_the_interrupt_does_not_leave_the_chip() {
        write(IER, 0x01);
        uart.receive('x');
        assertThat(line).isEmpty();
        write(MCR, 0x08);
        assertThat(line).containsExactly(true);
    }

    @Test
    void FCR_enables_the_FIFOs_and_IIR_says_so() {
        assertThat(read(IIR) & 0xC0).isZero();
        write(FCR, 0x01);
        assertThat(read(IIR) & 0xC0).isEqualTo(0xC0);
    }

    @Test
    void what_comes_faster_than_the_guest_reads_waits_in_order() {
        write(FCR, 0x01);
        for (int i = 0; i < 100; i++) {
            uart.receive(i);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(read(RBR)).isEqualTo(i);
        }
        assertThat(read(LSR) & 3).as("no data, no overrun").isZero();
    }

    @Test
    void a_line_that_is_flooded_reports_an_overrun_and_keeps_its_memory_bounded() {
        for (int i = 0; i < 200_000; i++) {
            uart.receive(i);
        }
        assertThat(read(LSR) & 2).as("overrun").isEqualTo(2);
        assertThat(read(LSR) & 2).as("reported once").isZero();
    }

    @Test
    void in_loopback_the_modem_outputs_come_back_and_nothing_reaches_the_wire() {
        write(MCR, 0x1A);
        assertThat(read(MSR)).as("the probe of Linux: RTS and OUT2 as CTS and DCD")
                .isEqualTo(0x90);
        write(THR, 'L');
        assertThat(read(RBR)).isEqualTo('L');
        assertThat(wire).isEmpty();
    }

    @Test
    void SCR_remembers_and_offsets_outside_are_harmless() {
        write(SCR, 0x5A);
        assertThat(read(SCR)).isEqualTo(0x5A);
        uart.write(8, 1, 0x41);
        assertThat(uart.read(8, 1)).isEqualTo(0xFF);
        assertThat(wire).isEmpty();
    }
}
