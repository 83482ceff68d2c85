/// How a machine ends: switched off through ACPI, or reset through the keyboard controller.
///
/// Read [PowerSwitch].
package dev.vmexit.power;
