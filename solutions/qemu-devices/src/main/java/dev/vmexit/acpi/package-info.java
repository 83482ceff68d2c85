/// ACPI: the tables that tell an operating system what it cannot probe, and the registers that
/// switch the machine off.
///
/// Read [AcpiTables].
package dev.vmexit.acpi;
