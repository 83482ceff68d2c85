package dev.vmexit.acpi;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.power.PowerSwitch;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.function.Consumer;

/// The fixed registers of ACPI that no machine may lack.
///
/// ```
///  offset  register      bits
///    0     PM1a_STS      events that happened: 8 PWRBTN_STS; a 1 written clears its bit
///    2     PM1a_EN       events that raise the SCI: 8 PWRBTN_EN
///    4     PM1a_CNT      0 SCI_EN · 12:10 SLP_TYP · 13 SLP_EN
/// ```
///
/// @spec https://uefi.org/specs/ACPI/6.5/ ACPI 6.5, section 4.8.3.2.1 "PM1 Control Registers"
public final class PowerManagement implements BusDevice, Saved {
    public static final int PORT = 0x600;
    public static final int SIZE_BYTES = 8;
    static final int EVENT_BYTES = 4;
    static final int CONTROL_OFFSET = 4;
    static final int CONTROL_BYTES = 2;

    /// What the DSDT's `_S5` tells the guest to write as SLP_TYP in order to switch off.
    static final int SLP_TYP_S5 = 5;

    private static final int STATUS_OFFSET = 0;
    private static final int ENABLE_OFFSET = 2;
    private static final int PWRBTN = 1 << 8;
    private static final int SCI_EN = 1 << 0;
    private static final int SLP_EN = 1 << 13;

    private final PowerSwitch power;
    private final Consumer<Boolean> sci;
    private int status;
    private int enable;
    private int sleepType;

    /// @param sci the level of the system control interrupt
    public PowerManagement(PowerSwitch power, Consumer<Boolean> sci) {
        this.power = power;
        this.sci = sci;
    }

    // tag::press[]
    /// Somebody presses the power button. What happens is the guest's decision.
    public synchronized void pressButton() {
        status |= PWRBTN;
        level();
    }

    private void level() {
        sci.accept((status & enable) != 0);
    }
    // end::press[]

    @Override
    public synchronized long read(long offset, int size) {
        long all = status | (long) enable << 16 | (long) (SCI_EN | sleepType << 10) << 32;
        return all >>> 8 * offset;
    }

    @Override
    public synchronized void write(long offset, int size, long value) {
        if (offset == STATUS_OFFSET) {
            status &= ~(int) value;
            if (size == 4) {
                enable = (int) (value >>> 16) & 0xFFFF;
            }
            level();
        } else if (offset == ENABLE_OFFSET) {
            enable = (int) value & 0xFFFF;
            level();
        } else if (offset == CONTROL_OFFSET) {
            control((int) value);
        }
    }

    @Override
    public synchronized void save(StateOut out) {
        out.u16(status).u16(enable).u8(sleepType);
    }

    @Override
    public synchronized void restore(StateIn in) {
        status = in.u16();
        enable = in.u16();
        sleepType = in.u8() & 7;
        level();
    }

    private void control(int value) {
        sleepType = value >>> 10 & 7;
        if ((value & SLP_EN) != 0 && sleepType == SLP_TYP_S5) {
            power.turn(PowerSwitch.State.OFF);
        }
    }
}
