/// The smallest machine: a vCPU, some RAM, a console port and one device with registers in memory.
///
/// Read [RunLoop], the one page that everybody can draw; then [TinyMachine].
package dev.vmexit.tiny;
