package dev.vmexit.serial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import org.junit.jupiter.api.Test;

class Dev02TransmitTest {
    private static final int LCR_DLAB = 0x80;
    private static final int MCR_LOOPBACK = 0x10;

    private final StringBuilder wire = new StringBuilder();
    private final Uart16550 uart = new Uart16550(value -> wire.append((char) value), high -> {});

    private void write(int offset, int value) {
        uart.write(offset, 1, value);
    }

    private int read(int offset) {
        return (int) uart.read(offset, 1);
    }

    @Test
    @Graded(exercise = "dev-02", id = "dev-02.transmits", points = 2)
    void what_the_guest_writes_to_THR_is_on_the_wire_in_order_and_at_once() {
        String text = Seed.word("dev-02");
        for (int i = 0; i < text.length(); i++) {
            assertThat(read(5) & 0x20).as("LSR, port 0x3fd: bit THRE, before byte %d", i)
                    .isEqualTo(0x20);
            write(0, text.charAt(i));
            assertThat(wire).as("the wire after the guest wrote %d bytes to port 0x3f8", i + 1)
                    .hasToString(text.substring(0, i + 1));
        }
        write(0, 0xFF);
        assertThat((int) wire.charAt(text.length())).as("the byte 0xff on the wire")
                .isEqualTo(0xFF);
    }

    @Test
    @Graded(exercise = "dev-02", id = "dev-02.dlab", points = 2)
    void with_DLAB_the_first_two_ports_are_the_divisor_and_nothing_is_transmitted() {
        write(1, 0x0A);
        write(3, LCR_DLAB | 0x03);
        write(0, 0x34);
        write(1, 0x12);
        assertThat("%02x %02x".formatted(read(0), read(1)))
                .as("DLL and DLM, after the guest wrote 34 to port 0x3f8 and 12 to port 0x3f9")
                .isEqualTo("34 12");
        assertThat(wire).as("what was transmitted while DLAB was set").isEmpty();
        write(3, 0x03);
        assertThat(read(1)).as("IER, once DLAB is clear again").isEqualTo(0x0A);
        write(0, 'x');
        assertThat(wire).as("what is transmitted once DLAB is clear").hasToString("x");
    }

    @Test
    @Graded(exercise = "dev-02", id = "dev-02.registers", points = 1)
    void every_offset_reaches_the_register_of_the_table_in_both_directions() {
        assertThat(row(false, false)).as("reads, DLAB clear")
                .isEqualTo("NONE RBR IER IIR LCR MCR LSR MSR SCR NONE");
        assertThat(row(true, false)).as("writes, DLAB clear")
                .isEqualTo("NONE THR IER FCR LCR MCR NONE NONE SCR NONE");
        assertThat(row(false, true)).as("reads, DLAB set")
                .isEqualTo("NONE DLL DLM IIR LCR MCR LSR MSR SCR NONE");
        assertThat(row(true, true)).as("writes, DLAB set")
                .isEqualTo("NONE DLL DLM FCR LCR MCR NONE NONE SCR NONE");
    }

    /// {@return the registers at the offsets -1 … 8}
    private static String row(boolean write, boolean dlab) {
        var names = new StringBuilder();
        for (int offset = -1; offset <= 8; offset++) {
            names.append(UartRegister.of(offset, write, dlab)).append(' ');
        }
        return names.toString().strip();
    }

    @Test
    @Graded(exercise = "dev-02", id = "dev-02.loopback", points = 1)
    void in_loopback_a_byte_goes_to_the_receiver_and_not_onto_the_wire() {
        write(4, MCR_LOOPBACK);
        write(0, 'L');
        assertThat(wire).as("what left the chip in loopback").isEmpty();
        assertThat(read(5) & 0x01).as("LSR: bit DR, as the byte came back").isEqualTo(1);
        write(4, 0);
        write(0, 'W');
        assertThat(wire).as("what is transmitted after loopback").hasToString("W");
    }
}
