/// Booting Linux without firmware: what a boot loader must put where, and in which state the CPU
/// must be.
///
/// ```
///  0x00500    GDT with the selectors 0x10 and 0x18
///  0x07000    boot_params, the "zero page"
///  0x09000    page tables: the first GiB mapped to itself
///  0x20000    command line
///  0xE0000    ACPI tables
///  0x100000   the kernel, without its real-mode part
///  …  top     initrd, as high as the kernel allows
/// ```
///
/// Read [BzImage], then [LinuxLoader].
package dev.vmexit.linux;
