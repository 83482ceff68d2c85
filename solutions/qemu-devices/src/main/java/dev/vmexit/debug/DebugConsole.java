package dev.vmexit.debug;

import dev.vmexit.bus.BusDevice;
import java.util.function.IntConsumer;

/// A port that prints: each byte written is one byte of output, and nothing has to be set up.
///
/// ```
///  port   read                          write
///  0xE9   0xE9: the port is there       a byte of output; of wider writes the lowest
/// ```
///
/// @spec https://www.qemu.org/docs/master/ QEMU, device `isa-debugcon`; Bochs, "port e9 hack"
public final class DebugConsole implements BusDevice {
    public static final int PORT = 0xE9;
    public static final int SIZE_BYTES = 1;

    private final IntConsumer output;

    /// @param output gets 0 to 255, from the thread of the CPU that writes
    public DebugConsole(IntConsumer output) {
        this.output = output;
    }

    @Override
    public long read(long offset, int size) {
        return PORT;
    }

    @Override
    public synchronized void write(long offset, int size, long value) {
        output.accept((int) value & 0xFF);
    }
}
