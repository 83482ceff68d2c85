package dev.vmexit.debug;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.power.PowerSwitch;

/// A port that ends the machine with an exit status: how a guest that is a test tells its result.
///
/// ```
///  port    read   write
///  0xF4    0      value: the status is 2 × value + 1, of 8 bits; it is never 0
/// ```
///
/// A status of 0 stays what it is for every other guest: it switched itself off.
///
/// @spec https://www.qemu.org/docs/master/ QEMU, device `isa-debug-exit` with `iobase=0xf4,iosize=4`
public final class DebugExit implements BusDevice {
    public static final int PORT = 0xF4;
    public static final int SIZE_BYTES = 4;

    private final PowerSwitch power;

    public DebugExit(PowerSwitch power) {
        this.power = power;
    }

    @Override
    public long read(long offset, int size) {
        return 0;
    }

    @Override
    public void write(long offset, int size, long value) {
        power.exit((int) (value << 1 | 1) & 0xFF);
    }
}
