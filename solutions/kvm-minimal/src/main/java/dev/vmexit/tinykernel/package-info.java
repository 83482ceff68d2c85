/// An operating system in a hundred instructions: interrupts, a timer, a task in ring 3, and
/// system calls.
///
/// Read [TinyKernel]; [Idt] and [Tss] are the tables it gives to the CPU.
package dev.vmexit.tinykernel;
