package dev.vmexit.softkvm.cpu;

import java.util.Arrays;

/// The software TLB: for a linear page, where in the process's memory it is, and whether it may be
/// read and written without asking anybody.
///
/// ```
///  index = page number's last ten bits      read      tag if readable
///                                           write     tag if writable
///                                           addend    host − linear
///                                           hostPage
/// ```
///
/// A tag is the linear address of the page, or −1. An access of `n` bytes compares the page of its
/// *last* byte with the entry of its first, so one that crosses a page misses on purpose; so do
/// MMIO, and writes to pages that are read-only, not yet dirty, or hold code: they are simply not
/// in here. There are three tables because the same page looks different to ring 3, to the kernel,
/// and to the kernel while `EFLAGS.AC` lets it touch user pages (SMAP).
public final class Tlb {
    public static final int KERNEL = 0;
    public static final int USER = 1;
    public static final int KERNEL_AC = 2;

    private static final int ENTRIES = 1024;
    public static final long PAGE_MASK = -4096;

    /// One view of memory.
    public static final class Table {
        public final long[] read = new long[ENTRIES];
        public final long[] write = new long[ENTRIES];
        public final long[] addend = new long[ENTRIES];
        private final long[] hostPage = new long[ENTRIES];
        /// How large the page is that this is, or is a piece of: 2^n bytes.
        private final byte[] shift = new byte[ENTRIES];
        private final boolean[] global = new boolean[ENTRIES];

        private void forget(int entry) {
            read[entry] = -1;
            write[entry] = -1;
        }
    }

    private final Table[] tables = {new Table(), new Table(), new Table()};
    private final boolean[] used = new boolean[3];
    /// Which large pages have left pieces here.
    private final LargePages large = new LargePages();
    /// The table in force.
    public Table current = tables[KERNEL];
    public int selected = KERNEL;
    public long misses;

    public Tlb() {
        Arrays.fill(used, true);
        flush();
    }

    public void select(int which) {
        selected = which;
        current = tables[which];
    }

    public Table table(int which) {
        return tables[which];
    }

    /// {@return where in an array of a table this address is} Masked with the array's own length:
    /// so the compiler knows that it is inside, and leaves out the check.
    // tag::index[]
    public static int index(long linear, long[] array) {
        return (int) (linear >>> 12) & array.length - 1;
    }
    // end::index[]

    public void flush() {
        large.clear();
        for (int i = 0; i < tables.length; i++) {
            if (used[i]) {
                Arrays.fill(tables[i].read, -1);
                Arrays.fill(tables[i].write, -1);
                used[i] = false;
            }
        }
    }

    /// Forgets all but global pages.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 4.10.2.4 Global Pages
    void flushLocal() {
        for (int i = 0; i < tables.length; i++) {
            Table t = tables[i];
            for (int e = 0; used[i] && e < ENTRIES; e++) {
                if (!t.global[e]) {
                    t.forget(e);
                }
            }
        }
    }

    /// Forgets the page that holds this address: of a large page every piece.
    // tag::flush-page[]
    public void flushPage(long linear) {
        boolean pieces = large.mayHold(linear);
        for (Table t : tables) {
            t.forget(index(linear, t.read));
            for (int e = 0; pieces && e < ENTRIES; e++) {
                if ((t.read[e] ^ linear) >>> t.shift[e] == 0) {
                    t.forget(e);
                }
            }
        }
    }
    // end::flush-page[]

    /// Enters a page into the table `which`.
    public void fill(int which, long linear, long host, boolean writable) {
        Table t = tables[which];
        used[which] = true;
        int e = index(linear, t.read);
        long page = linear & PAGE_MASK;
        t.read[e] = page;
        t.write[e] = writable ? page : -1;
        t.addend[e] = (host & PAGE_MASK) - page;
        t.hostPage[e] = host & PAGE_MASK;
    }

    /// Notes what the walk has found of the page that was entered last.
    void note(int which, long linear, PageWalk walk) {
        Table t = tables[which];
        int e = index(linear, t.read);
        t.shift[e] = (byte) walk.pageShift;
        t.global[e] = walk.global;
        if (walk.pageShift > 12) {
            large.note(linear, walk.pageShift);
        }
    }

    /// Takes away the right to write a page without asking.
    ///
    /// @return whether anybody had it
    // tag::revoke[]
    public boolean revokeWrites(long hostPage) {
        boolean found = false;
        for (Table t : tables) {
            for (int e = 0; e < ENTRIES; e++) {
                if (t.hostPage[e] == hostPage && t.write[e] != -1) {
                    t.write[e] = -1;
                    found = true;
                }
            }
        }
        return found;
    }
    // end::revoke[]
}
