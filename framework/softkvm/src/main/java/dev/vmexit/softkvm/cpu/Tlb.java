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
    /// Which pages of 2 MiB, 4 MiB and 1 GiB have left pieces here.
    private final long[] large = new long[3];
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

    // tag::entry[]
    public static int entry(long linear) {
        return (int) (linear >>> 10) & INDEX_MASK;
    }
    // end::entry[]

    public void flush() {
        Arrays.fill(large, 0);
        for (int i = 0; i < tables.length; i++) {
            if (used[i]) {
                Arrays.fill(tables[i], -1);
                used[i] = false;
            }
        }
    }

    /// Forgets the page that holds this address: of a large page every piece.
    ///
    /// @return whether everything was forgotten: which pieces a large page left is not known
    // tag::flush-page[]
    public boolean flushPage(long linear) {
        if (mayBeLarge(linear)) {
            flush();
            return true;
        }
        for (long[] table : tables) {
            Arrays.fill(table, entry(linear), entry(linear) + 4, -1);
        }
        return false;
    }
    // end::flush-page[]

    /// Notes that what is entered for this address is a piece of a page of 2^`shift` bytes.
    public void noteLarge(long linear, int shift) {
        large[shift == 21 ? 0 : shift == 22 ? 1 : 2] |= 1L << (linear >>> shift);
    }

    /// One bit of 64 stands for many pages: yes may be wrong, no is not.
    private boolean mayBeLarge(long linear) {
        return ((large[0] >>> (linear >>> 21) | large[1] >>> (linear >>> 22)
                | large[2] >>> (linear >>> 30)) & 1) != 0;
    }

    /// Enters a page into the table `which`.
    public void fill(int which, long linear, long host, boolean writable) {
        long[] t = tables[which];
        used[which] = true;
        int e = entry(linear);
        long page = linear & PAGE_MASK;
        t[e + READ] = page;
        t[e + WRITE] = writable ? page : -1;
        t[e + ADDEND] = (host & PAGE_MASK) - page;
        t[e + HOST_PAGE] = host & PAGE_MASK;
    }

    /// Takes away the right to write a page without asking.
    ///
    /// @return whether anybody had it
    // tag::revoke[]
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
    // end::revoke[]
}
