package dev.vmexit.serial;

import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.io.ByteArrayOutputStream;
import java.util.Queue;

/// A UART in a saved machine: its registers, and the bytes that have come and were not read.
public final class UartState implements Saved {
    private final Uart16550 uart;

    public UartState(Uart16550 uart) {
        this.uart = uart;
    }

    @Override
    public void save(StateOut out) {
        synchronized (uart) {
            out.u8(uart.ier).u8(uart.fcr).u8(uart.lcr).u8(uart.mcr).u8(uart.scr);
            out.u16(uart.divisor).flag(uart.overrun).flag(uart.transmitterEmptyPending);
            out.bytes(bytes(uart.fifo)).bytes(bytes(uart.line));
        }
    }

    private static byte[] bytes(Queue<Integer> queue) {
        var bytes = new ByteArrayOutputStream();
        queue.forEach(bytes::write);
        return bytes.toByteArray();
    }

    // tag::restore[]
    @Override
    public void restore(StateIn in) {
        synchronized (uart) {
            uart.ier = in.u8() & 0x0F;
            uart.fcr = in.u8();
            uart.lcr = in.u8();
            uart.mcr = in.u8() & 0x1F;
            uart.scr = in.u8();
            uart.divisor = in.u16();
            uart.overrun = in.flag();
            uart.transmitterEmptyPending = in.flag();
            fill(uart.fifo, in.bytesUpTo("the FIFO", Uart16550.FIFO_BYTES));
            fill(uart.line, in.bytesUpTo("the line", Uart16550.LINE_BYTES));
            uart.driveLine();
        }
    }
    // end::restore[]

    private static void fill(Queue<Integer> queue, byte[] bytes) {
        for (byte one : bytes) {
            queue.add(one & 0xFF);
        }
    }
}
