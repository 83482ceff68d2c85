package dev.vmexit.serial;

import dev.vmexit.course.Todo;

/// The registers of a 16550: eight addresses, twelve registers. Which one an access reaches depends
/// on the direction and on bit DLAB of LCR.
///
/// ```
///  offset   read            write            with DLAB
///    0      RBR receive     THR transmit     DLL divisor, low byte
///    1      IER             IER              DLM divisor, high byte
///    2      IIR interrupt   FCR FIFO
///    3      LCR             LCR
///    4      MCR             MCR
///    5      LSR             -
///    6      MSR             -
///    7      SCR             SCR
/// ```
///
/// @spec https://www.ti.com/lit/ds/symlink/pc16550d.pdf PC16550D data sheet, section 8 "Registers"
enum UartRegister {
    RBR, THR, DLL, IER, DLM, IIR, FCR, LCR, MCR, LSR, MSR, SCR, NONE;

    /// {@return what an access reaches}
    ///
    /// @param offset from the UART's first port; outside 0 … 7 there is nothing
    /// @param write the direction, seen from the guest
    /// @param dlab bit DLAB of LCR
    static UartRegister of(int offset, boolean write, boolean dlab) {
        throw Todo.of("dev-02", "say which register the table has at this offset");
    }
}
