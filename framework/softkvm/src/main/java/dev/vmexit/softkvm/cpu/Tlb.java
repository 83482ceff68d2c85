package dev.vmexit.softkvm.cpu;

import java.util.Arrays;

/// The software TLB: for a linear page, where in the process's memory it is, and whether it may be
/// read and written without asking anybody.
///
/// ```
///  entry   [0] tag if readable   [1] tag if writable   [2] host − linear   [3] host page
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

    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int ADDEND = 2;
    public static final int HOST_PAGE = 3;

    private static final int ENTRIES = 1024;
    public static final int INDEX_MASK = (ENTRIES - 1) * 4;
    public static final long PAGE_MASK = -4096;

    private final long[][] tables = new long[3][ENTRIES * 4];
    private final boolean[] used = new boolean[3];
    /// The table in force.
    public long[] current = tables[KERNEL];
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

    public long[] table(int which) {
        return tables[which];
    }

    public static int entry(long linear) {
        return (int) (linear >>> 10) & INDEX_MASK;
    }

    public void flush() {
        for (int i = 0; i < tables.length; i++) {
            if (used[i]) {
                Arrays.fill(tables[i], -1);
                used[i] = false;
            }
        }
    }

    public void flushPage(long linear) {
        for (long[] table : tables) {
            Arrays.fill(table, entry(linear), entry(linear) + 4, -1);
        }
    }

    /// Enters a page into the table `which`.
    public void fill(int which, long linear, long host, boolean readable, boolean writable) {
        long[] t = tables[which];
        used[which] = true;
        int e = entry(linear);
        long page = linear & PAGE_MASK;
        boolean same = t[e + ADDEND] == (host & PAGE_MASK) - page;
        t[e + READ] = readable || same && t[e + READ] == page ? page : -1;
        t[e + WRITE] = writable ? page : -1;
        t[e + ADDEND] = (host & PAGE_MASK) - page;
        t[e + HOST_PAGE] = host & PAGE_MASK;
    }

    /// Takes away the right to write a page without asking.
    ///
    /// @return whether anybody had it
    public boolean revokeWrites(long hostPage) {
        boolean found = false;
        for (long[] t : tables) {
            for (int e = 0; e < t.length; e += 4) {
                if (t[e + HOST_PAGE] == hostPage && t[e + WRITE] != -1) {
                    t[e + WRITE] = -1;
                    found = true;
                }
            }
        }
        return found;
    }
}
