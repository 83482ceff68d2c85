/// The battery-backed clock of a PC. Read [Rtc].
package dev.vmexit.rtc;
