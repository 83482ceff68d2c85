package dev.vmexit.softkvm.cpu;

import dev.vmexit.softkvm.ram.Host;
import dev.vmexit.softkvm.ram.Slot;

/// From a linear to a guest-physical address through the guest's page tables, in their three forms,
/// with the accessed and dirty bits set as the CPU sets them: atomically.
///
/// ```
///  CR0.PG 0                      linear = physical
///  CR4.PAE 0      2 levels of 1024 four-byte entries      4 KiB, 4 MiB pages
///  CR4.PAE 1      3 levels, eight-byte entries            4 KiB, 2 MiB
///  EFER.LMA 1     4 levels, eight-byte entries            4 KiB, 2 MiB, 1 GiB
/// ```
///
/// One object a CPU; its fields are the answer of the last walk.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, chapter 4 Paging
public final class PageWalk {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int FETCH = 2;

    public static final int PHYSICAL_BITS = 40;
    private static final long ADDRESS = (1L << PHYSICAL_BITS) - 1 & -4096;
    private static final long BEYOND = (1L << 52) - 1 & -(1L << PHYSICAL_BITS);

    private static final long P = 1;
    private static final long RW = 1 << 1;
    private static final long US = 1 << 2;
    private static final long A = 1 << 5;
    private static final long D = 1 << 6;
    private static final long PS = 1 << 7;
    private static final long G = 1 << 8;
    private static final long NX = 1L << 63;

    private static final int ERROR_PROTECTION = 1;
    private static final int ERROR_WRITE = 1 << 1;
    private static final int ERROR_USER = 1 << 2;
    private static final int ERROR_RESERVED = 1 << 3;
    private static final int ERROR_FETCH = 1 << 4;

    /// The guest-physical address asked for.
    public long physical;
    /// This page may be written from now on without another walk: allowed, and already dirty.
    public boolean writable;
    /// Its user bit, and whether its PTEs allow writes at all: for `KVM_TRANSLATE`.
    public boolean user;
    public boolean writeAllowed;

    /// 12, 21, 22 or 30: how large the page is.
    public int pageShift = 12;
    /// It is the same in all address spaces, and outlives a new CR3.
    public boolean global;

    private long rights;
    private boolean noExecute;
    private long leaf;
    private long leafAddress;
    private int leafSize;
    /// Another CPU has changed an entry in the middle of the walk.
    private boolean changed;

    /// @param which the [Tlb] table for whose eyes this is: USER, KERNEL or KERNEL_AC
    /// @throws GuestFault `#PF`; CR2 is then set
    public void translate(Cpu c, long linear, int access, int which) {
        if ((c.cr0 & ControlRegisters.CR0_PG) == 0) {
            physical = linear & 0xFFFF_FFFFL;
            pageShift = 12;
            global = false;
            writable = true;
            user = true;
            return;
        }
        int error = error(c, access, which);
        do {
            changed = false;
            rights = RW | US;
            noExecute = false;
            walk(c, linear, error);
            check(c, linear, error);
            markLeaf(c, access == WRITE, error);
        } while (changed);
        global = (leaf & G) != 0 && (c.cr4 & ControlRegisters.CR4_PGE) != 0;
    }

    /// Looks without touching accessed and dirty bits: for `KVM_TRANSLATE` and debuggers.
    public boolean probe(Cpu c, long linear) {
        if ((c.cr0 & ControlRegisters.CR0_PG) == 0) {
            physical = linear & 0xFFFF_FFFFL;
            writeAllowed = true;
            user = true;
            return true;
        }
        long cr2 = c.cr2;
        rights = RW | US;
        noExecute = false;
        try {
            walk(c, linear, 0);
            user = (rights & US) != 0;
            writeAllowed = (rights & RW) != 0;
            return true;
        } catch (GuestFault none) {
            c.cr2 = cr2;
            return false;
        }
    }

    private static int error(Cpu c, int access, int which) {
        boolean says = (c.efer & ControlRegisters.EFER_NXE) != 0
                || (c.cr4 & ControlRegisters.CR4_SMEP) != 0;
        return (access == WRITE ? ERROR_WRITE : 0) | (which == Tlb.USER ? ERROR_USER : 0)
                | (access == FETCH && says ? ERROR_FETCH : 0)
                | (access == FETCH ? 1 << 16 : 0) | (which == Tlb.KERNEL_AC ? 1 << 17 : 0);
    }

    private void walk(Cpu c, long linear, int error) {
        if (c.longMode) {
            descend(c, c.cr3 & ADDRESS, linear, 3, error);
        } else if ((c.cr4 & ControlRegisters.CR4_PAE) != 0) {
            pageDirectoryPointer(c, linear & 0xFFFF_FFFFL, error);
        } else {
            twoLevels(c, linear & 0xFFFF_FFFFL, error);
        }
    }

    /// Levels 3 (PML4) to 0 (page table), nine bits of the address each.
    // tag::descend[]
    private void descend(Cpu c, long table, long linear, int from, int error) {
        long at = table;
        for (int level = from;; level--) {
            int shift = 12 + 9 * level;
            long entryAddress = at + (linear >>> shift & 511) * 8;
            long entry = load(c, entryAddress, 8, linear, error);
            boolean large = level > 0 && (entry & PS) != 0;
            long reserved = BEYOND | ((c.efer & ControlRegisters.EFER_NXE) == 0 ? NX : 0)
                    | (level == 3 ? PS : 0)
                    | (large && level < 3 ? (1L << shift) - 1 & ~0x1FFFL : 0);
            require(c, entry, reserved, linear, error);
            rights &= entry;
            noExecute |= (entry & NX) != 0;
            if (large || level == 0) {
                leaf(entryAddress, entry, 8);
                pageShift = shift;
                long offset = (1L << shift) - 1;
                physical = entry & ADDRESS & ~offset | linear & offset;
                return;
            }
            setBits(c, entryAddress, entry, 8, A);
            at = entry & ADDRESS;
        }
    }
    // end::descend[]

    private void pageDirectoryPointer(Cpu c, long linear, int error) {
        long entry = load(c, (c.cr3 & 0xFFFF_FFE0L) + (linear >>> 30) * 8, 8, linear, error);
        require(c, entry, BEYOND | NX | 0x1E6, linear, error);
        descend(c, entry & ADDRESS, linear, 1, error);
    }

    private void twoLevels(Cpu c, long linear, int error) {
        long directoryAddress = (c.cr3 & 0xFFFF_F000L) + (linear >>> 22) * 4;
        long directory = load(c, directoryAddress, 4, linear, error);
        boolean large = (directory & PS) != 0 && (c.cr4 & ControlRegisters.CR4_PSE) != 0;
        require(c, directory, large ? 1 << 21 : 0, linear, error);
        rights &= directory;
        if (large) {
            leaf(directoryAddress, directory, 4);
            pageShift = 22;
            // PSE-36: bits 20:13 are bits 39:32 of the address.
            physical = directory & 0xFFC0_0000L | (directory >>> 13 & 0xFF) << 32
                    | linear & 0x3F_FFFF;
            return;
        }
        setBits(c, directoryAddress, directory, 4, A);
        long tableAddress = (directory & 0xFFFF_F000L) + (linear >>> 12 & 1023) * 4;
        long entry = load(c, tableAddress, 4, linear, error);
        require(c, entry, 0, linear, error);
        rights &= entry;
        leaf(tableAddress, entry, 4);
        pageShift = 12;
        physical = entry & 0xFFFF_F000L | linear & 0xFFF;
    }

    private void leaf(long address, long entry, int size) {
        leafAddress = address;
        leaf = entry;
        leafSize = size;
    }

    private void require(Cpu c, long entry, long reserved, long linear, int error) {
        if ((entry & P) == 0) {
            throw fault(c, linear, error);
        }
        if ((entry & reserved) != 0) {
            throw fault(c, linear, error | ERROR_PROTECTION | ERROR_RESERVED);
        }
    }

    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 4.6.1 Determination of Access Rights
    // tag::rights[]
    private void check(Cpu c, long linear, int error) {
        boolean fetch = (error & 1 << 16) != 0;
        boolean write = (error & ERROR_WRITE) != 0;
        boolean byUser = (error & ERROR_USER) != 0;
        user = (rights & US) != 0;
        writeAllowed = (rights & RW) != 0;
        boolean denied = fetch && noExecute
                || byUser && !user
                || write && !writeAllowed && (byUser || (c.cr0 & ControlRegisters.CR0_WP) != 0)
                || !byUser && user && deniedToKernel(c, fetch, (error & 1 << 17) != 0);
        if (denied) {
            throw fault(c, linear, error | ERROR_PROTECTION);
        }
    }

    private static boolean deniedToKernel(Cpu c, boolean fetch, boolean open) {
        return fetch
                ? (c.cr4 & ControlRegisters.CR4_SMEP) != 0
                : (c.cr4 & ControlRegisters.CR4_SMAP) != 0 && !open;
    }
    // end::rights[]

    private void markLeaf(Cpu c, boolean write, int error) {
        long wanted = write ? A | D : A;
        setBits(c, leafAddress, leaf, leafSize, wanted);
        boolean mayWrite = writeAllowed
                || (error & ERROR_USER) == 0 && (c.cr0 & ControlRegisters.CR0_WP) == 0;
        writable = mayWrite && (write || (leaf & D) != 0);
    }

    // tag::set-bits[]
    private void setBits(Cpu c, long address, long entry, int size, long bits) {
        if ((entry & bits) == bits) {
            return;
        }
        Slot slot = c.memory.find(address);
        if (slot == null || slot.readOnly()) {
            return;
        }
        if (!Host.compareAndSet(slot.hostOf(address), size, entry, entry | bits)) {
            changed = true;
            return;
        }
        slot.markDirty(address);
    }
    // end::set-bits[]

    /// A page table outside memory reads as all ones, as an empty bus does.
    private static long load(Cpu c, long address, int size, long linear, int error) {
        Slot slot = c.memory.find(address);
        if (slot == null) {
            throw fault(c, linear, error | ERROR_PROTECTION | ERROR_RESERVED);
        }
        return Host.get(slot.hostOf(address), size);
    }

    private static GuestFault fault(Cpu c, long linear, int error) {
        c.cr2 = c.longMode ? linear : linear & 0xFFFF_FFFFL;
        return GuestFault.of(GuestFault.PF, error & 0x1F);
    }
}
