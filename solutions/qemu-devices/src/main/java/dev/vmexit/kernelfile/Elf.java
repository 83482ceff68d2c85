package dev.vmexit.kernelfile;

import dev.vmexit.kernelfile.Image.Part;
import dev.vmexit.linux.BootFailure;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/// An ELF executable for x86, of 32 or 64 bits: its segments, its notes, its entry. Sections and
/// symbols are left out.
///
/// ```
///  ELF header     in ELF64  in ELF32        program header  in ELF64  in ELF32
///  EI_CLASS              4         4        p_type                 0         0
///  EI_DATA               5         5        p_flags                4        24
///  e_type               16        16        p_offset               8         4
///  e_machine            18        18        p_vaddr               16         8
///  e_entry              24        24        p_paddr               24        12
///  e_phoff              32        28        p_filesz              32        16
///  e_phentsize          54        42        p_memsz               40        20
///  e_phnum              56        44        p_align               48        28
/// ```
///
/// @spec https://gabi.xinuos.com/elf/index.html System V ABI 4.1, chapters 4 "Object Files" and 5 "Program Loading and Dynamic Linking"
final class Elf {
    private static final int MAGIC = 0x464C_457F;
    private static final int ELFCLASS32 = 1;
    private static final int ELFCLASS64 = 2;
    private static final int ELFDATA2LSB = 1;
    private static final int ET_EXEC = 2;
    private static final int ET_DYN = 3;
    private static final int EM_386 = 3;
    private static final int EM_X86_64 = 62;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int PF_X = 1;
    /// Linux has 5. Segments may share bytes of the file, so its length bounds nothing.
    private static final int MOST_SEGMENTS = 128;

    /// A program header; the names are the specification's, without `p_`.
    private record Segment(int type, int flags, MemorySegment contents, long vaddr, long paddr,
            long memsz, long align) {
        boolean runs(long address) {
            return type == PT_LOAD && (flags & PF_X) != 0
                    && Long.compareUnsigned(address - vaddr, contents.byteSize()) < 0;
        }
    }

    private final ByteBuffer file;
    private final boolean is64;
    private final List<Segment> segments;

    private Elf(byte[] bytes) {
        this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.is64 = requireX86();
        this.segments = readSegments();
    }

    static boolean isOne(byte[] file) {
        return file.length >= 4
                && ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(0) == MAGIC;
    }

    /// @throws BootFailure if it is cut short or for something else than x86
    static Elf of(byte[] file) {
        return new Elf(file);
    }

    /// {@return whether it has 64 bits}
    private boolean requireX86() {
        if (file.capacity() < 64) {
            throw new BootFailure("its ELF header is cut short");
        }
        int type = file.getShort(16);
        int machine = file.getShort(18);
        int bits = file.get(4);
        if (file.get(5) != ELFDATA2LSB || machine != EM_386 && machine != EM_X86_64
                || bits != ELFCLASS32 && bits != ELFCLASS64) {
            throw new BootFailure("it is an ELF file, but not for x86");
        } else if (type != ET_EXEC && type != ET_DYN) {
            throw new BootFailure("it is an ELF file that has not been linked to an executable");
        }
        return bits == ELFCLASS64;
    }

    private List<Segment> readSegments() {
        int size = is64 ? 56 : 32;
        int entrySize = Short.toUnsignedInt(file.getShort(is64 ? 54 : 42));
        int count = Short.toUnsignedInt(file.getShort(is64 ? 56 : 44));
        long table = word(0, 32, 28);
        if (count > MOST_SEGMENTS) {
            throw new BootFailure("it has %d program headers; a kernel has a few, and at most %d"
                    .formatted(count, MOST_SEGMENTS));
        } else if (count > 0 && entrySize != size) {
            throw new BootFailure("its program headers have %d bytes each, and not %d"
                    .formatted(entrySize, size));
        } else if (table < 0 || table > file.capacity() - (long) count * size) {
            throw new BootFailure("it is cut short, or its program headers are not in it");
        }
        return IntStream.range(0, count).mapToObj(i -> segment((int) table + i * size)).toList();
    }

    private Segment segment(int at) {
        int type = file.getInt(at);
        boolean used = type == PT_LOAD || type == PT_NOTE;
        long offset = used ? word(at, 8, 4) : 0;
        long filesz = used ? word(at, 32, 16) : 0;
        if (filesz < 0 || filesz > file.capacity() || offset < 0
                || offset > file.capacity() - filesz) {
            throw new BootFailure(("it is cut short: a segment takes %s bytes at %s of the file, "
                    + "which has %d").formatted(Long.toUnsignedString(filesz),
                            Long.toUnsignedString(offset), file.capacity()));
        }
        var contents = MemorySegment.ofArray(file.array()).asSlice(offset, filesz);
        return new Segment(type, file.getInt(at + (is64 ? 4 : 24)), contents, word(at, 16, 8),
                word(at, 24, 12), word(at, 40, 20), word(at, 48, 28));
    }

    private long word(int base, int at64, int at32) {
        return is64
                ? file.getLong(base + at64)
                : Integer.toUnsignedLong(file.getInt(base + at32));
    }

    boolean is64() {
        return is64;
    }

    /// {@return where the entry will be in physical memory} A kernel that is linked for one address
    /// and loaded at another has the address of linking in its header.
    long entry() {
        long entry = word(0, 24, 24);
        return segments.stream().filter(segment -> segment.runs(entry)).findFirst()
                .map(segment -> entry - segment.vaddr + segment.paddr).orElse(entry);
    }

    /// {@return all that is to be loaded, at the physical addresses}
    ///
    /// @param entry physical
    /// @throws BootFailure if it cannot be loaded there
    Image image(long entry) {
        return new Image(segments.stream().filter(segment -> segment.type == PT_LOAD)
                .map(segment -> new Part(segment.paddr, segment.contents, segment.memsz))
                .toList(), entry);
    }

    /// @throws BootFailure if they are broken
    List<ElfNote> notes() {
        return segments.stream().filter(segment -> segment.type == PT_NOTE)
                .flatMap(segment -> ElfNote.all(segment.contents, segment.align).stream())
                .toList();
    }
}
