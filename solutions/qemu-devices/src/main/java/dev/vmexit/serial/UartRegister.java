package dev.vmexit.serial;

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
    // tag::dev-02[]
    // tag::doc-registers[]
    static UartRegister of(int offset, boolean write, boolean dlab) {
        // tag::solution[]
        return switch (offset) {
            case 0 -> dlab ? DLL : write ? THR : RBR;
            case 1 -> dlab ? DLM : IER;
            case 2 -> write ? FCR : IIR;
            case 3 -> LCR;
            case 4 -> MCR;
            case 5 -> write ? NONE : LSR;
            case 6 -> write ? NONE : MSR;
            case 7 -> SCR;
            default -> NONE;
        };
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-02", "say which register the table has at this offset");
        // end::stub[]
    }
    // end::doc-registers[]
    // end::dev-02[]
}
