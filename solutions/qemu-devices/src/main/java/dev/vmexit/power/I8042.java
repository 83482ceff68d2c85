package dev.vmexit.power;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;

/// The keyboard controller, without a keyboard. It is here for one wire: command 0xFE pulses the
/// CPU's reset line, and that is how a PC has been rebooted since 1984.
///
/// ```
///  port   read    write
///  0x60   data    data
///  0x64   status  command: 0x20 read the configuration byte, 0x60 write it, 0xFE reset
/// ```
///
/// Left out: the keyboard and the mouse. The self test and both interface tests answer "broken", so
/// a driver gives up at once instead of waiting for keys.
///
/// @spec https://www.diakom.ru/el/elfirms/datashts/Smsc/42w11.pdf SMSC KBC1100, "Keyboard controller commands"
public final class I8042 implements BusDevice, Saved {
    public static final int PORT = 0x60;
    public static final int SIZE_BYTES = 5;

    private static final int DATA = 0;
    private static final int STATUS = 4;

    private static final int STATUS_OUTPUT_FULL = 1 << 0;
    private static final int READ_CONFIGURATION = 0x20;
    private static final int WRITE_CONFIGURATION = 0x60;
    private static final int SELF_TEST = 0xAA;
    private static final int RESET = 0xFE;
    private static final int SELF_TEST_FAILED = 0xFC;

    private final PowerSwitch power;
    private int configuration;
    private int output = -1;
    private boolean expectsConfiguration;

    public I8042(PowerSwitch power) {
        this.power = power;
    }

    @Override
    public synchronized long read(long offset, int size) {
        if (offset == STATUS) {
            return output >= 0 ? STATUS_OUTPUT_FULL : 0;
        } else if (offset == DATA && output >= 0) {
            int value = output;
            output = -1;
            return value;
        }
        return 0;
    }

    @Override
    public synchronized void write(long offset, int size, long value) {
        if (offset == STATUS) {
            command((int) value & 0xFF);
        } else if (offset == DATA && expectsConfiguration) {
            configuration = (int) value & 0xFF;
            expectsConfiguration = false;
        }
    }

    @Override
    public synchronized void save(StateOut out) {
        out.u8(configuration).i32(output).flag(expectsConfiguration);
    }

    @Override
    public synchronized void restore(StateIn in) {
        configuration = in.u8();
        output = in.i32("the output byte", -1, 0xFF);
        expectsConfiguration = in.flag();
    }

    private void command(int command) {
        expectsConfiguration = command == WRITE_CONFIGURATION;
        switch (command) {
            case READ_CONFIGURATION -> output = configuration;
            case SELF_TEST -> output = SELF_TEST_FAILED;
            case RESET -> power.turn(PowerSwitch.State.RESET);
            default -> {
                // A device that is not there does not answer.
            }
        }
    }
}
