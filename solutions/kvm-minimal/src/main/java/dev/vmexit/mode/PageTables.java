package dev.vmexit.mode;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;

/// Page tables for long mode that map every address to itself, in pages of 2 MiB.
///
/// ```
///  virtual address   47 … 39   38 … 30   29 … 21   20 … 0
///                     PML4      PDPT      PD        offset in the page
///
///  entry             63   51 … 12 or 21     8 7  6 5 4 3  2   1   0
///                    NX   where it points     PS         U/S R/W  P
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 4.5 "4-Level Paging and 5-Level Paging"
public final class PageTables {
    public static final GuestAddress PML4 = new GuestAddress(0x9000);

    // tag::flags[]
    public static final long PRESENT = 1 << 0;
    public static final long WRITABLE = 1 << 1;
    /// Ring 3 may use the page too. Every level must say so; lab 1's kernel has a task in ring 3.
    public static final long USER = 1 << 2;
    /// In a PD entry: this is a page of 2 MiB, not a pointer to a page table.
    public static final long PAGE_SIZE = 1 << 7;
    // end::flags[]

    static final long TABLE_BYTES = 4096;
    static final int ENTRIES = 512;
    static final long LARGE_PAGE = 2L << 20;

    private PageTables() {}

    /// Maps the first `gibibytes` GiB of virtual addresses to the same physical ones.
    ///
    /// The PML4 stands at [#PML4], the PDPT in the page after it, then one PD a GiB. Every entry is
    /// present, writable, and open to ring 3.
    ///
    /// @param gibibytes 1 … 512
    /// @return what CR3 must hold
    // tag::kvm-12[]
    public static long identity(GuestMemory memory, int gibibytes) {
        // tag::solution[]
        long flags = PRESENT | WRITABLE | USER;
        GuestAddress pdpt = PML4.plus(TABLE_BYTES);
        memory.writeLong(PML4, pdpt.value() | flags);
        for (int gib = 0; gib < gibibytes; gib++) {
            GuestAddress pd = pdpt.plus(TABLE_BYTES * (1 + gib));
            memory.writeLong(pdpt.plus(8L * gib), pd.value() | flags); // <1>
            for (int i = 0; i < ENTRIES; i++) {
                long page = ((long) gib * ENTRIES + i) * LARGE_PAGE;
                memory.writeLong(pd.plus(8L * i), page | flags | PAGE_SIZE); // <2>
            }
        }
        return PML4.value();
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-12", "fill a PML4, a PDPT, and a PD for each GiB");
        // end::stub[]
    }
    // end::kvm-12[]
}
