/// The three modes in which a guest may start, each set up from outside: registers through KVM,
/// tables written into the guest's memory.
///
/// ```
///  0x0500  GDT          what the segment selectors mean            Gdt
///  0x1000  the guest    (the tiny ones)
///  0x9000  PML4         one entry a 512 GiB                        PageTables
///  0xA000  PDPT         one entry a GiB
///  0xB000  PD, PD, …    512 entries of 2 MiB each, one PD a GiB
/// ```
///
/// Read [RealMode], then [Gdt] and [ProtectedMode], then [PageTables] and [LongMode].
package dev.vmexit.mode;
