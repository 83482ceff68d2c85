package dev.vmexit.linux;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// An initramfs in the making: a cpio archive in the "newc" format, uncompressed.
///
/// Each entry is a header of 110 characters (a magic, then thirteen numbers of eight hexadecimal
/// digits), the name with a final 0, padding to four bytes, the contents, padding. An entry called
/// `TRAILER!!!` ends it.
///
/// @spec https://docs.kernel.org/driver-api/early-userspace/buffer-format.html "initramfs buffer format"
public final class CpioArchive {
    private static final int DIRECTORY = 0040000;
    private static final int FILE = 0100000;
    private static final int LINK = 0120000;
    private static final int CHARACTER_DEVICE = 0020000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int inode = 1;

    public CpioArchive directory(String name) {
        entry(name, DIRECTORY | 0755, new byte[0], 0, 0);
        return this;
    }

    public CpioArchive executable(String name, byte[] contents) {
        entry(name, FILE | 0755, contents, 0, 0);
        return this;
    }

    public CpioArchive link(String name, String target) {
        entry(name, LINK | 0777, target.getBytes(StandardCharsets.UTF_8), 0, 0);
        return this;
    }

    public CpioArchive characterDevice(String name, int major, int minor) {
        entry(name, CHARACTER_DEVICE | 0600, new byte[0], major, minor);
        return this;
    }

    public byte[] finish() {
        entry("TRAILER!!!", 0, new byte[0], 0, 0);
        return bytes.toByteArray();
    }

    private void entry(String name, int mode, byte[] contents, int major, int minor) {
        byte[] path = (name + "\0").getBytes(StandardCharsets.UTF_8);
        int[] numbers = {inode++, mode, 0, 0, 1, 0, contents.length, 0, 0, major, minor,
                path.length, 0};
        var header = new StringBuilder("070701");
        for (int number : numbers) {
            header.append("%08X".formatted(number));
        }
        bytes.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(path);
        pad();
        bytes.writeBytes(contents);
        pad();
    }

    private void pad() {
        while (bytes.size() % 4 != 0) {
            bytes.write(0);
        }
    }
}
