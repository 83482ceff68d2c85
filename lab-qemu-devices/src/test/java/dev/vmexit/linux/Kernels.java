package dev.vmexit.linux;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Mode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Files that look like kernels, for tests that need no kernel.
public final class Kernels {
    public static final int SETUP_BYTES = 5 * 512;

    private Kernels() {}

    /// {@return a bzImage with a valid header and `payload` bytes behind it}
    public static byte[] bzImage(int payload) {
        ByteBuffer b = ByteBuffer.allocate(SETUP_BYTES + payload).order(ByteOrder.LITTLE_ENDIAN);
        b.put(0x1F1, (byte) 4);
        b.putInt(0x1F4, payload / 16);
        b.putShort(0x1FE, (short) 0xAA55);
        b.put(0x201, (byte) 0x6A);
        b.putInt(0x202, 0x5372_6448);
        b.putShort(0x206, (short) 0x20F);
        b.put(0x211, (byte) 1);
        b.putInt(0x22C, 0x7FFF_FFFF);
        b.putShort(0x236, (short) 1);
        b.putInt(0x238, 64);
        b.putLong(0x258, 0x100_0000);
        b.putInt(0x260, 0x100_0000);
        for (int i = SETUP_BYTES; i < b.capacity(); i++) {
            b.put(i, (byte) (i * 7));
        }
        return b.array();
    }

    /// {@return a bzImage whose 64-bit entry is this code; RSI is the address of boot_params}
    ///
    /// @param code for address 0x10_0200, at most 3,584 bytes
    public static byte[] bzImage(Consumer<Assembler> code) {
        var a = new Assembler(0x10_0200, Mode.BITS64);
        code.accept(a);
        byte[] file = bzImage(4096);
        byte[] image = a.assemble();
        System.arraycopy(image, 0, file, SETUP_BYTES + 0x200, image.length);
        return file;
    }

    /// {@return a loader for a kernel whose file is written into `directory`}
    public static LinuxLoader loader(Path directory, byte[] kernel, byte[] initrd,
            String commandLine) throws IOException {
        return new LinuxLoader(BzImage.read(write(directory, kernel)), initrd, commandLine);
    }

    static Path write(Path directory, byte[] bytes) throws IOException {
        return Files.write(directory.resolve("vmlinuz"), bytes);
    }
}
