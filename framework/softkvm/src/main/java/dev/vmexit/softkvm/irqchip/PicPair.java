package dev.vmexit.softkvm.irqchip;

import java.nio.ByteBuffer;

/// The two 8259As of a PC: the second one's output is the first one's line 2.
///
/// @spec https://pdos.csail.mit.edu/6.828/2018/readings/hardware/8259A.pdf Intel 8259A, "Cascade Mode"
final class PicPair {
    private static final int CASCADE = 2;
    private static final int MASTER_COMMAND = 0x20;
    private static final int MASTER_DATA = 0x21;
    private static final int SLAVE_COMMAND = 0xA0;
    private static final int SLAVE_DATA = 0xA1;
    private static final int ELCR_MASTER = 0x4D0;
    private static final int ELCR_SLAVE = 0x4D1;

    /// Timer, keyboard and the cascade cannot be level-triggered, nor can the clock and the FPU.
    private final Pic master = new Pic(1 << CASCADE, 0xF8);
    private final Pic slave = new Pic(0, 0xDE);

    static boolean owns(int port) {
        return switch (port) {
            case MASTER_COMMAND, MASTER_DATA, SLAVE_COMMAND, SLAVE_DATA, ELCR_MASTER, ELCR_SLAVE ->
                true;
            default -> false;
        };
    }

    int setLine(int chip, int pin, boolean up) {
        int result = chip(chip).setLine(pin, up);
        cascade();
        return result;
    }

    /// {@return whether the INTR line to the CPU is up}
    boolean output() {
        return master.request() >= 0;
    }

    /// {@return the vector that [#acknowledge] would find}
    int peek() {
        int line = master.peek();
        return line == CASCADE ? slave.vector(slave.peek()) : master.vector(line);
    }

    /// {@return the vector that two INTA pulses put on the bus} Without a request, that is the one
    /// of the first chip's line 7; if the second chip's request has gone, of its line 7.
    int acknowledge() {
        int line = master.acknowledge();
        int vector = line == CASCADE ? slave.vector(slave.acknowledge()) : master.vector(line);
        cascade();
        return vector;
    }

    int read(int port) {
        boolean masterPolled = master.isPolled();
        boolean slavePolled = slave.isPolled();
        int value = switch (port) {
            case MASTER_COMMAND, MASTER_DATA -> master.read(port == MASTER_DATA);
            case SLAVE_COMMAND, SLAVE_DATA -> slave.read(port == SLAVE_DATA);
            case ELCR_MASTER -> master.elcr();
            default -> slave.elcr();
        };
        if (slavePolled && !slave.isPolled()) {
            // The poll has taken the request that the first chip still remembers.
            master.withdraw(CASCADE);
        }
        if (masterPolled || slavePolled) {
            cascade();
        }
        return value;
    }

    /// While a chip is initialized its edge sense is reset: what the second one asks for reaches
    /// the first one with the next operation.
    void write(int port, int value) {
        boolean operation = switch (port) {
            case MASTER_COMMAND, MASTER_DATA -> master.write(port == MASTER_DATA, value & 0xFF);
            case SLAVE_COMMAND, SLAVE_DATA -> slave.write(port == SLAVE_DATA, value & 0xFF);
            case ELCR_MASTER -> master.elcr(value);
            default -> slave.elcr(value);
        };
        if (operation) {
            cascade();
        }
    }

    /// As long as the second chip asks, the first one sees a fresh edge.
    private void cascade() {
        if (slave.request() >= 0) {
            master.setLine(CASCADE, true);
            master.setLine(CASCADE, false);
        }
    }

    void save(int chip, ByteBuffer state) {
        chip(chip).save(state);
    }

    void load(int chip, ByteBuffer state) {
        chip(chip).load(state);
        cascade();
    }

    private Pic chip(int chip) {
        return chip == Route.PIC_MASTER ? master : slave;
    }
}
