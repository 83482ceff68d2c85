package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootFailure;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A remark that somebody left in an ELF file, for whoever knows the owner's name and the number.
///
/// ```
///  0  u32 namesz    4  u32 descsz    8  u32 type    12  name, padded    then desc, padded
/// ```
///
/// @param owner without the final 0
/// @param contents little-endian
/// @spec https://gabi.xinuos.com/elf/07-pheader.html System V ABI 4.1, chapter 5, "Note Section"
record ElfNote(String owner, int type, ByteBuffer contents) {
    private static final int HEADER_BYTES = 12;

    /// {@return the notes of a segment}
    ///
    /// @param align `p_align` of the segment; names and contents are padded to 8 bytes if it is 8,
    /// else to 4
    /// @throws BootFailure if one is longer than the segment
    static List<ElfNote> all(MemorySegment segment, long align) {
        ByteBuffer bytes = segment.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long mask = align == 8 ? -8 : -4;
        var notes = new ArrayList<ElfNote>();
        long at = 0;
        while (at + HEADER_BYTES <= bytes.capacity()) {
            long nameBytes = Integer.toUnsignedLong(bytes.getInt((int) at));
            long size = Integer.toUnsignedLong(bytes.getInt((int) at + 4));
            long contents = at + (HEADER_BYTES + nameBytes + ~mask & mask);
            if (contents + size > bytes.capacity()) {
                throw new BootFailure("its ELF notes are longer than the segment they are in");
            }
            String owner = text(bytes, (int) at + HEADER_BYTES, (int) nameBytes);
            notes.add(new ElfNote(owner, bytes.getInt((int) at + 8),
                    bytes.slice((int) contents, (int) size).order(ByteOrder.LITTLE_ENDIAN)));
            at = contents + (size + ~mask & mask);
        }
        return notes;
    }

    private static String text(ByteBuffer bytes, int start, int length) {
        byte[] name = new byte[length];
        bytes.get(start, name);
        String text = new String(name, StandardCharsets.ISO_8859_1);
        return text.endsWith("\0") ? text.substring(0, length - 1) : text;
    }

    boolean is(String name, int number) {
        return type == number && owner.equals(name);
    }
}
