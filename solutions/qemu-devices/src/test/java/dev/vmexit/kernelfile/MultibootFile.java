package dev.vmexit.kernelfile;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Mode;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Multiboot kernels in the making.
public final class MultibootFile {
    public static final int ADDRESS = 0x10_0000;
    static final int ADDRESSES = 1 << 16;
    static final int BSS_BYTES = 0x1000;
    private static final int MAGIC = 0x1BAD_B002;
    private static final int HEADER_BYTES = 32;

    private MultibootFile() {}

    static byte[] header(int flags) {
        return header(flags, 0, 0, 0, 0, 0);
    }

    /// @param addresses header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr
    static byte[] header(int flags, int... addresses) {
        ByteBuffer b = ElfFile.buffer(HEADER_BYTES);
        b.putInt(MAGIC).putInt(flags).putInt(-MAGIC - flags);
        for (int address : addresses) {
            b.putInt(address);
        }
        return b.array();
    }

    /// {@return an ELF32 file: a header, code right behind it, and 4 KiB of zeros after both}
    public static byte[] elf(Consumer<Assembler> code) {
        byte[] contents = withCode(header(0), code);
        return ElfFile.of32(ADDRESS + HEADER_BYTES)
                .load(ADDRESS, contents, contents.length + BSS_BYTES).bytes();
    }

    /// {@return the same without ELF, loaded by its addresses}
    public static byte[] addressed(Consumer<Assembler> code) {
        int end = ADDRESS + withCode(header(0), code).length;
        return withCode(header(ADDRESSES, ADDRESS, ADDRESS, end, end + BSS_BYTES,
                ADDRESS + HEADER_BYTES), code);
    }

    private static byte[] withCode(byte[] header, Consumer<Assembler> code) {
        var a = new Assembler(ADDRESS, Mode.BITS32);
        a.bytes(header);
        code.accept(a);
        return a.assemble();
    }
}
