package dev.vmexit.serial;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.course.Todo;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// A 16550A UART. A byte written to THR is on the wire at once, so the transmitter is always empty;
/// received bytes wait in the FIFO.
///
/// The interrupt line is raised while a cause is pending, enabled in IER, and OUT2 is set, which is
/// how a PC wires it. Causes, highest first: received data, transmitter empty.
///
/// Left out: line errors and modem changes never happen; the FIFO's trigger level, and the time-out
/// that goes with it, because a byte that waits is always reported.
///
/// Any thread may call: the guest's vCPUs, and the thread that brings the input.
///
/// @spec https://www.ti.com/lit/ds/symlink/pc16550d.pdf PC16550D data sheet, section 8 "Registers"
public final class Uart16550 implements BusDevice {
    public static final int COM1 = 0x3F8;
    public static final int COM1_IRQ = 4;
    public static final int SIZE_BYTES = 8;

    static final int IER_RECEIVED = 1 << 0;
    static final int IER_TRANSMITTER_EMPTY = 1 << 1;
    static final int IIR_NONE = 0x01;
    static final int IIR_TRANSMITTER_EMPTY = 0x02;
    static final int IIR_RECEIVED = 0x04;
    static final int IIR_FIFOS_ENABLED = 0xC0;
    static final int FCR_ENABLE = 1 << 0;
    static final int FCR_CLEAR_RECEIVER = 1 << 1;
    static final int LCR_DLAB = 1 << 7;
    static final int MCR_OUT2 = 1 << 3;
    static final int MCR_LOOPBACK = 1 << 4;
    static final int LSR_DATA_READY = 1 << 0;
    static final int LSR_OVERRUN = 1 << 1;
    static final int LSR_THR_EMPTY = 1 << 5;
    static final int LSR_TRANSMITTER_EMPTY = 1 << 6;
    static final int MSR_CONNECTED = 0xB0;

    static final int FIFO_BYTES = 16;
    /// What is typed faster than the guest reads; beyond this it is lost, as on a real line.
    static final int LINE_BYTES = 1 << 16;

    private final IntConsumer wire;
    private final Consumer<Boolean> interrupt;
    final ArrayDeque<Integer> line = new ArrayDeque<>();
    final ArrayDeque<Integer> fifo = new ArrayDeque<>();

    int ier;
    int fcr;
    int lcr = 3;
    int mcr;
    int scr;
    int divisor = 1;
    boolean overrun;
    boolean transmitterEmptyPending;
    private boolean lineIsHigh;

    /// @param wire gets every byte that is sent
    /// @param interrupt is told when the interrupt line rises (true) or falls (false)
    public Uart16550(IntConsumer wire, Consumer<Boolean> interrupt) {
        this.wire = wire;
        this.interrupt = interrupt;
    }

    /// A byte arrives on the line. What does not fit into the FIFO waits until the guest has read.
    /// When [#LINE_BYTES] wait already, the byte is lost and LSR reports an overrun.
    public synchronized void receive(int value) {
        throw Todo.of("dev-03", "queue the byte, fill the FIFO, and see to the interrupt");
    }

    @Override
    public synchronized long read(long offset, int size) {
        int value = switch (UartRegister.of((int) offset, false, dlab())) {
            case RBR -> takeReceived();
            case DLL -> divisor & 0xFF;
            case DLM -> divisor >>> 8;
            case IER -> ier;
            case IIR -> identifyInterrupt();
            case LCR -> lcr;
            case MCR -> mcr;
            case LSR -> lineStatus();
            case MSR -> modemStatus();
            case SCR -> scr;
            case THR, FCR, NONE -> 0xFF;
        };
        updateInterrupt();
        return value;
    }

    @Override
    public synchronized void write(long offset, int size, long wide) {
        int value = (int) wide & 0xFF;
        switch (UartRegister.of((int) offset, true, dlab())) {
            case THR -> {
                send(value);
                transmitterEmptyPending = true;
            }
            case DLL -> divisor = divisor & 0xFF00 | value;
            case DLM -> divisor = divisor & 0xFF | value << 8;
            case IER -> enable(value & 0x0F);
            case FCR -> control(value);
            case LCR -> lcr = value;
            case MCR -> mcr = value & 0x1F;
            case SCR -> scr = value;
            case RBR, IIR, LSR, MSR, NONE -> {
                // Read-only, or nothing there.
            }
        }
        updateInterrupt();
    }

    private boolean dlab() {
        return (lcr & LCR_DLAB) != 0;
    }

    private boolean loopback() {
        return (mcr & MCR_LOOPBACK) != 0;
    }

    /// Transmits a byte: onto the wire, or in loopback into the receiver's FIFO and nowhere else.
    private void send(int value) {
        throw Todo.of("dev-02", "put the byte where MCR says");
    }

    /// "Enabling the transmitter interrupt while THR is empty raises it at once": drivers rely on
    /// it.
    private void enable(int bits) {
        boolean newlyEnabled = (bits & ~ier & IER_TRANSMITTER_EMPTY) != 0;
        ier = bits;
        transmitterEmptyPending |= newlyEnabled;
    }

    private void control(int value) {
        fcr = value;
        if ((value & FCR_CLEAR_RECEIVER) != 0) {
            fifo.clear();
            refill();
        }
    }

    /// {@return the oldest received byte, which leaves the FIFO; 0 if there is none}
    private int takeReceived() {
        throw Todo.of("dev-03", "take a byte out of the FIFO, and let the next one in");
    }

    /// Moves what waits on the line into the FIFO, as far as there is room.
    private void refill() {
        while (!line.isEmpty() && fifo.size() < fifoSize() && !loopback()) {
            fifo.add(line.remove());
        }
    }

    private void offerToFifo(int value) {
        if (fifo.size() < fifoSize()) {
            fifo.add(value);
        } else {
            overrun = true;
        }
    }

    private int fifoSize() {
        return (fcr & FCR_ENABLE) != 0 ? FIFO_BYTES : 1;
    }

    private int lineStatus() {
        int status = LSR_THR_EMPTY | LSR_TRANSMITTER_EMPTY | (fifo.isEmpty() ? 0 : LSR_DATA_READY)
                | (overrun ? LSR_OVERRUN : 0);
        overrun = false;
        return status;
    }

    /// In loopback the four modem outputs come back as inputs: DTR as DSR, RTS as CTS, OUT1 as RI,
    /// OUT2 as DCD. Otherwise a terminal is connected and ready.
    private int modemStatus() {
        if (!loopback()) {
            return MSR_CONNECTED;
        }
        return (mcr & 1) << 5 | (mcr & 2) << 3 | (mcr & 4) << 4 | (mcr & 8) << 4;
    }

    /// {@return the highest cause that is pending and enabled, as IIR names it, or `IIR_NONE`}
    private int pendingCause() {
        throw Todo.of("dev-03", "choose between the two causes by their order and by IER");
    }

    /// Reading IIR acknowledges the transmitter's interrupt, if that is what it reports. A received
    /// byte is acknowledged by reading RBR instead.
    private int identifyInterrupt() {
        throw Todo.of("dev-03", "report the cause, and acknowledge the transmitter's");
    }

    /// A line that is as high as the state says, after that was restored.
    void driveLine() {
        lineIsHigh = wantsInterrupt();
        interrupt.accept(lineIsHigh);
    }

    private boolean wantsInterrupt() {
        boolean connected = (mcr & MCR_OUT2) != 0 && !loopback();
        return connected && pendingCause() != IIR_NONE;
    }

    private void updateInterrupt() {
        boolean high = wantsInterrupt();
        if (high != lineIsHigh) {
            lineIsHigh = high;
            interrupt.accept(high);
        }
    }
}
