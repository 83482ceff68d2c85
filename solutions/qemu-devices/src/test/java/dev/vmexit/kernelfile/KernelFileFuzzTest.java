package dev.vmexit.kernelfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.linux.BootFailure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Kernels with changed headers are loaded or refused with a sentence, and nothing else happens.
class KernelFileFuzzTest {
    private static final int ROUNDS = 3000;
    private static final int[] EDGES = {0, 1, 7, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0xFFF,
            0x9_FC00, 0x10_0000, 0x1FF_FFFF, 0xFFFF};

    enum Kind {
        MULTIBOOT_ELF, MULTIBOOT_ADDRESSED, PVH_32, PVH_64;

        byte[] file() {
            return switch (this) {
                case MULTIBOOT_ELF -> MultibootFile.elf(a -> a.hlt());
                case MULTIBOOT_ADDRESSED -> MultibootFile.addressed(a -> a.hlt());
                case PVH_32 -> pvh(ElfFile.of32(0));
                case PVH_64 -> pvh(ElfFile.of64(0));
            };
        }

        private static byte[] pvh(ElfFile file) {
            return file.load(0x10_0000, new byte[8]).load(0x8000, new byte[8], 0x100)
                    .notes(ElfFile.note("Linux", 1, new byte[3]), ElfFile.entryNote(0x10_0000))
                    .bytes();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_changed_header_is_taken_or_refused(Kind kind) {
        var random = new Random(kind.ordinal());
        var ram = new Ram(4);
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] file = changed(kind.file(), random);
            try {
                KernelFile.of(Path.of("k"), file)
                        .loader(List.of(new BootModule(new byte[3], "m")), "x")
                        .load(ram.memory(), ram.slots());
                taken++;
            } catch (BootFailure refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
        assertThat(taken).as("kernels that were loaded").isBetween(ROUNDS / 100, ROUNDS - 1000);
    }

    /// One to four fields of the header get a number at random or at an edge; now and then the file
    /// is cut. The checksum of a multiboot header is mended, or all would be refused for it.
    private static byte[] changed(byte[] file, Random random) {
        ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int change = random.nextInt(4); change >= 0; change--) {
            int at = random.nextInt(file.length - 8);
            int edge = EDGES[random.nextInt(EDGES.length)];
            switch (random.nextInt(4)) {
                case 0 -> b.put(at, (byte) random.nextInt());
                case 1 -> b.putShort(at & -2, (short) edge);
                case 2 -> b.putInt(at & -4, edge);
                default -> b.putInt(at & -4, random.nextInt());
            }
        }
        mend(b);
        return random.nextInt(8) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
    }

    private static void mend(ByteBuffer b) {
        for (int at = 0; at + 12 <= b.capacity(); at += 4) {
            if (b.getInt(at) == 0x1BAD_B002) {
                b.putInt(at + 8, -(b.getInt(at) + b.getInt(at + 4)));
                return;
            }
        }
    }
}
