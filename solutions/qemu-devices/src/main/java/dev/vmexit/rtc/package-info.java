/// The battery-backed clock of a PC, its alarm and its interrupts. Read [Rtc].
package dev.vmexit.rtc;
