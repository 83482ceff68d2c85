/// The serial line: a 16550 UART, the device through which a PC without a screen speaks.
///
/// Read [UartRegister], then [Uart16550].
package dev.vmexit.serial;
