/// A whole PC: RAM, vCPUs with a thread each, buses, devices; from the first instruction to the
/// last.
///
/// Read [Pc].
package dev.vmexit.machine;
