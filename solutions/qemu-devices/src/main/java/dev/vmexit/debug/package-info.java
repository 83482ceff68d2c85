/// Two ports of QEMU's that no real machine has: for guests that are tests, and for code that runs
/// before there is a UART driver. They are attached only when asked for.
package dev.vmexit.debug;
