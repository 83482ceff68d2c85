package dev.vmexit.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// A Linux kernel as distributions ship it: a real-mode part with the setup header, then the
/// protected-mode part, which begins with a 32-bit entry and, 0x200 bytes on, a 64-bit entry.
///
/// ```
///  offset  field            here
///  0x1F1   setup_sects      sectors of 512 bytes after the first; 0 means 4
///  0x1F4   syssize          the protected-mode part, in units of 16 bytes
///  0x1FE   boot_flag        0xAA55
///  0x202   header           "HdrS"
///  0x206   version          at least 2.12
///  0x211   loadflags        bit 0: load at 0x10_0000
///  0x22C   initrd_addr_max  the last address an initrd may have
///  0x236   xloadflags       bit 0: there is a 64-bit entry
///  0x238   cmdline_size     without the final 0
///  0x258   pref_address     where the kernel unpacks itself
///  0x260   init_size        how much it needs there
/// ```
///
/// @spec https://docs.kernel.org/arch/x86/boot.html The Linux/x86 Boot Protocol, "Details of Header Fields"
public final class BzImage {
    static final int HEADER = 0x1F1;
    static final int HEADER_END = 0x26C;

    private static final int SECTOR_BYTES = 512;
    private static final int MAGIC = 0x5372_6448; // "HdrS"
    private static final int OLDEST_VERSION = 0x20C;
    private static final int LOADED_HIGH = 1 << 0;
    private static final int XLF_KERNEL_64 = 1 << 0;

    private final byte[] file;
    private final ByteBuffer header;

    private BzImage(byte[] file) {
        this.file = file;
        this.header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// {@return a kernel that can be loaded}
    ///
    /// @throws BootFailure if the file cannot be read or is no such kernel; the message names it
    public static BzImage read(Path path) {
        return of(path, BootFile.read("kernel", path));
    }

    /// {@return whether the file says of itself that it is one}
    public static boolean isOne(byte[] file) {
        return file.length >= HEADER_END && new BzImage(file).header.getInt(0x202) == MAGIC;
    }

    /// {@return the same as [#read] of a file that has been read}
    ///
    /// @param path for messages
    public static BzImage of(Path path, byte[] file) {
        var image = new BzImage(file);
        String problem = image.problem();
        if (problem != null) {
            throw new BootFailure("kernel " + path + ": " + problem);
        }
        return image;
    }

    private String problem() {
        if (file.length < HEADER_END || header.getShort(0x1FE) != (short) 0xAA55
                || header.getInt(0x202) != MAGIC) {
            return "this is not a bzImage; it has no boot sector with the signature HdrS "
                    + describe();
        } else if (version() < OLDEST_VERSION) {
            return "its boot protocol %d.%d is older than 2.12".formatted(version() >> 8,
                    version() & 0xFF);
        } else if ((header.get(0x211) & LOADED_HIGH) == 0) {
            return "it is a zImage for low memory; a bzImage is needed";
        } else if ((header.getShort(0x236) & XLF_KERNEL_64) == 0) {
            return "it has no 64-bit entry point";
        } else if (protectedModeOffset() + protectedModeBytes() > file.length) {
            return "the file is cut short: its header promises %d bytes and there are %d"
                    .formatted(protectedModeOffset() + protectedModeBytes(), file.length);
        }
        return null;
    }

    private String describe() {
        boolean text = file.length > 0;
        for (int i = 0; i < Math.min(file.length, 512); i++) {
            text &= file[i] >= 0x20 || file[i] == '\n' || file[i] == '\t' || file[i] == '\r';
        }
        if (file.length >= 4 && new String(file, 0, 4, StandardCharsets.ISO_8859_1)
                .equals("\u007FELF")) {
            return "(it is an ELF file, perhaps a vmlinux)";
        }
        return text ? "(it is a text file)" : "(it has %d bytes)".formatted(file.length);
    }

    private int version() {
        return Short.toUnsignedInt(header.getShort(0x206));
    }

    /// {@return where the protected-mode part begins in the file}
    // tag::dev-08-header[]
    // tag::doc-where[]
    private long protectedModeOffset() {
        // tag::solution[]
        int sectors = Byte.toUnsignedInt(header.get(HEADER));
        return ((sectors == 0 ? 4 : sectors) + 1L) * SECTOR_BYTES;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-08", "count the sectors before the protected-mode part");
        // end::stub[]
    }
    // end::doc-where[]
    // end::dev-08-header[]

    private long protectedModeBytes() {
        return Integer.toUnsignedLong(header.getInt(0x1F4)) * 16;
    }

    /// {@return the part that is loaded at 0x10_0000}
    byte[] protectedMode() {
        return Arrays.copyOfRange(file, (int) protectedModeOffset(), file.length);
    }

    // tag::doc-header[]
    /// {@return the setup header, to be copied into boot_params at the same offset}
    ///
    /// Byte 0x201 is the distance of a jump over the header, counted from 0x202: there the header
    /// ends, but not before [#HEADER_END] and not after 0x290, whatever the file says.
    // tag::dev-08-setup[]
    byte[] setupHeader() {
        // tag::solution[]
        int end = 0x202 + Byte.toUnsignedInt(header.get(0x201));
        return Arrays.copyOfRange(file, HEADER, Math.clamp(end, HEADER_END, 0x290));
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-08", "cut the setup header out of the file");
        // end::stub[]
    }
    // end::dev-08-setup[]
    // end::doc-header[]

    /// {@return the first address after all that the kernel needs while it unpacks itself}
    long memoryEnd() {
        return header.getLong(0x258) + Integer.toUnsignedLong(header.getInt(0x260));
    }

    long initrdMax() {
        return Integer.toUnsignedLong(header.getInt(0x22C));
    }

    int commandLineBytes() {
        return header.getInt(0x238);
    }

    /// {@return the release, such as "6.1.0-18-cloud-amd64", or "unknown"}
    public String release() {
        int offset = Short.toUnsignedInt(header.getShort(0x20E)) + 0x200;
        int end = offset;
        while (end < file.length && end < offset + 128 && file[end] > ' ') {
            end++;
        }
        boolean absent = header.getShort(0x20E) == 0 || end <= offset;
        return absent
                ? "unknown"
                : new String(file, offset, end - offset,
                        StandardCharsets.ISO_8859_1);
    }
}
