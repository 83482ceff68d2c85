package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.LinuxLoader;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;

/// What of a kernel's file goes where in the guest's memory, and where the CPU begins.
///
/// ```
///  0x0_0000   GDT of the first CPU                     not for kernels
///  0x0_1000   RAM                                      what is left of it: tables for the kernel
///  0x9_FC00   a PC's BIOS and display, ACPI tables     not for kernels
///  0x10_0000  RAM up to the end of the first slot      after the kernel: its modules
/// ```
///
/// @param parts lowest first; no two share an address
/// @param entry a physical address in one of them, in bytes that come from the file
record Image(List<Part> parts, long entry) {
    static final long LOW_START = 0x1000;

    private static final long FOUR_GIB = 1L << 32;

    /// `sizeBytes` of memory, which begin with bytes from the file; the others are 0.
    ///
    /// @param start physical
    record Part(long start, MemorySegment contents, long sizeBytes) {
        /// @throws BootFailure if this is no place for a kernel
        Part {
            if (start < 0 || sizeBytes < 0 || start > FOUR_GIB || sizeBytes > FOUR_GIB - start) {
                throw new BootFailure(("its segment of %s bytes at %s does not end below 4 GiB; "
                        + "a CPU in 32-bit mode could not reach it")
                        .formatted(Long.toUnsignedString(sizeBytes), hex(start)));
            }
            if (contents.byteSize() > sizeBytes) {
                throw new BootFailure(
                        "its segment at %s takes %d bytes of the file and %d of memory"
                                .formatted(hex(start), contents.byteSize(), sizeBytes));
            }
        }

        long end() {
            return start + sizeBytes;
        }

        boolean overlaps(long from, long to) {
            return start < to && from < end();
        }

        private boolean holds(long address) {
            return address >= start && address - start < contents.byteSize();
        }

        @Override
        public String toString() {
            return "segment [%s, %s)".formatted(hex(start), hex(end()));
        }
    }

    /// @throws BootFailure if parts overlap, lie where the machine has something else, or leave the
    /// entry outside
    Image {
        parts = parts.stream().filter(part -> part.sizeBytes > 0)
                .sorted(Comparator.comparingLong(Part::start)).toList();
        if (parts.isEmpty()) {
            throw new BootFailure("nothing in it is to be loaded");
        }
        Part before = null;
        for (Part part : parts) {
            requireFree(part);
            if (before != null && part.start < before.end()) {
                throw new BootFailure("its " + before + " and " + part + " overlap");
            }
            before = part;
        }
        if (parts.stream().noneMatch(part -> part.holds(entry))) {
            throw new BootFailure("its entry " + hex(entry) + " lies outside of what it loads");
        }
    }

    private static void requireFree(Part part) {
        if (part.overlaps(0, LOW_START)) {
            throw new BootFailure("its " + part + " covers the first page, where the CPU's GDT is");
        } else if (part.overlaps(LinuxLoader.LOW_END, LinuxLoader.HIGH_START)) {
            throw new BootFailure("its " + part + " covers the firmware's area, from "
                    + hex(LinuxLoader.LOW_END) + " to " + hex(LinuxLoader.HIGH_START));
        }
    }

    /// {@return the first address after the kernel}
    long end() {
        return parts.getLast().end();
    }

    /// {@return the largest part of low memory that the kernel leaves}
    MemoryRange lowRoom() {
        var largest = new MemoryRange(LOW_START, LOW_START);
        long free = LOW_START;
        for (Part part : parts) {
            largest = largest.or(new MemoryRange(free, Math.min(part.start, LinuxLoader.LOW_END)));
            free = part.end();
        }
        return largest.or(new MemoryRange(free, LinuxLoader.LOW_END));
    }

    /// The zeros are there already.
    void write(GuestMemory memory) {
        for (Part part : parts) {
            MemorySegment room = memory.range(new GuestAddress(part.start),
                    part.contents.byteSize());
            room.copyFrom(part.contents);
            memory.written(room);
        }
    }

    private static String hex(long address) {
        return new GuestAddress(address).toString();
    }
}
