package dev.vmexit.kernelfile;

import dev.vmexit.kernelfile.Image.Part;
import dev.vmexit.linux.BootFailure;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/// The header by which a kernel says that a boot loader may load it and what it wants. It lies in
/// the first 8 KiB of the file, at a multiple of 4.
///
/// ```
///   0  magic           0x1BADB002
///   4  flags           bits 0 to 15: the kernel cannot do without
///                        0  modules on page boundaries    1  the memory's size
///                        2  a display mode
///                      bit 16: the following five are valid, and the file need not be ELF
///   8  checksum        the sum of the three is 0
///  12  header_addr     where this header is to be
///  16  load_addr       where the loaded bytes begin
///  20  load_end_addr   where they end; 0: with the file
///  24  bss_end_addr    where the zeros after them end; 0: there are none
///  28  entry_addr
/// ```
///
/// @spec https://www.gnu.org/software/grub/manual/multiboot/multiboot.html Multiboot Specification 0.6.96, section 3.1 "OS image format"
final class MultibootHeader {
    private static final int MAGIC = 0x1BAD_B002;
    private static final int SEARCHED_BYTES = 8192;
    private static final int HEADER_BYTES = 12;
    private static final int ADDRESSED_BYTES = 32;

    private static final int PAGE_ALIGN = 1 << 0;
    private static final int MEMORY_INFO = 1 << 1;
    private static final int VIDEO_MODE = 1 << 2;
    private static final int REQUIREMENTS = 0xFFFF;
    private static final int ADDRESSES = 1 << 16;

    private final ByteBuffer file;
    private final int offset;
    private final int flags;

    private MultibootHeader(ByteBuffer file, int offset) {
        this.file = file;
        this.offset = offset;
        this.flags = file.getInt(offset + 4);
    }

    /// {@return the first header in the file, if there is one}
    // tag::doc-find[]
    static Optional<MultibootHeader> find(byte[] bytes) {
        var file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int end = Math.min(bytes.length, SEARCHED_BYTES) - HEADER_BYTES;
        for (int at = 0; at <= end; at += 4) {
            if (file.getInt(at) == MAGIC
                    && file.getInt(at) + file.getInt(at + 4) + file.getInt(at + 8) == 0) {
                return Optional.of(new MultibootHeader(file, at));
            }
        }
        return Optional.empty();
    }
    // end::doc-find[]

    /// {@return what is to be loaded}
    ///
    /// @throws BootFailure if the kernel wants what this machine has not, or cannot be loaded
    Image image() {
        if ((flags & VIDEO_MODE) != 0) {
            throw new BootFailure("its multiboot header wants a display (flags, bit 2), and this "
                    + "machine has none");
        } else if ((flags & REQUIREMENTS & ~(PAGE_ALIGN | MEMORY_INFO)) != 0) {
            throw new BootFailure("its multiboot header wants what version 1 does not know: flags "
                    + "are 0x%x".formatted(flags));
        }
        return (flags & ADDRESSES) != 0 ? addressed() : elf();
    }

    private Image elf() {
        if (!Elf.isOne(file.array())) {
            throw new BootFailure("it has a multiboot header without addresses (flags, bit 16), "
                    + "and is no ELF file");
        }
        Elf elf = Elf.of(file.array());
        if (elf.is64()) {
            throw new BootFailure("it is a multiboot kernel in a 64-bit ELF file, and multiboot "
                    + "enters a kernel in 32-bit mode; `objcopy -O elf32-i386` makes a 32-bit file "
                    + "of it");
        }
        return elf.image(elf.entry());
    }

    /// For files of any format. Which byte of the file goes to `load_addr`, the header's own
    /// address tells.
    private Image addressed() {
        if (offset + ADDRESSED_BYTES > Math.min(file.capacity(), SEARCHED_BYTES)) {
            throw new BootFailure("its multiboot header is cut short");
        }
        long load = field(16);
        // tag::doc-addressed[]
        long start = offset - (field(12) - load);
        long end = field(20) == 0 ? file.capacity() : start + field(20) - load;
        long sizeBytes = field(24) == 0 ? end - start : field(24) - load;
        // end::doc-addressed[]
        if (field(12) < load || start < 0) {
            throw new BootFailure("header_addr and load_addr of its multiboot header mean a byte "
                    + "before the file's first");
        } else if (end < start || end > file.capacity()) {
            throw new BootFailure(("load_end_addr of its multiboot header means %d bytes from %d "
                    + "on, and the file has %d").formatted(end - start, start, file.capacity()));
        }
        var contents = MemorySegment.ofArray(file.array()).asSlice(start, end - start);
        return new Image(List.of(new Part(load, contents, sizeBytes)), field(28));
    }

    private long field(int at) {
        return Integer.toUnsignedLong(file.getInt(offset + at));
    }
}
