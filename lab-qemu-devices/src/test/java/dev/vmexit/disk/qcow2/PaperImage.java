package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A qcow2 image written down byte by byte, with nothing of what is tested: version 3, clusters of
/// 4 KiB, a disk of 8 MiB.
///
/// ```
///  0x0000 header   0x1000 refcount table   0x2000 refcount block   0x3000 L1 table   0x4000 …
/// ```
final class PaperImage {
    static final int CLUSTER = 0x1000;
    static final int SECTOR = 512;
    static final int BLOCK = 0x2000;
    static final int L1 = 0x3000;
    /// What one L2 table maps.
    static final long PER_TABLE = 512L * CLUSTER;
    static final long DISK_BYTES = 4 * PER_TABLE;
    static final long COPIED = 1L << 63;
    static final long ZERO = 1;
    private static final int MOST_CLUSTERS = 64;

    private final ByteBuffer bytes = ByteBuffer.allocate(MOST_CLUSTERS * CLUSTER);
    private int clusters;

    PaperImage() {
        bytes.putInt(0, 0x5146_49FB).putInt(4, 3).putInt(20, 12).putLong(24, DISK_BYTES)
                .putInt(36, 4).putLong(40, L1).putLong(48, 0x1000).putInt(56, 1)
                .putInt(96, 4).putInt(100, 104);
        bytes.putLong(0x1000, BLOCK);
        for (int i = 0; i < 4; i++) {
            take();
        }
    }

    /// {@return where the next cluster of the file is, which counts as used once}
    private int take() {
        int offset = clusters++ * CLUSTER;
        count(offset, 1);
        return offset;
    }

    private void count(long offset, int count) {
        bytes.putShort(BLOCK + 2 * (int) (offset / CLUSTER), (short) count);
    }

    /// {@return the offset of a cluster of the file that has this text in each of its sectors}
    long text(String text) {
        int offset = take();
        for (int sector = 0; sector < CLUSTER / SECTOR; sector++) {
            bytes.put(offset + sector * SECTOR, sector(text + sector));
        }
        return offset;
    }

    /// {@return a sector that begins with a text}
    static byte[] sector(String text) {
        return ByteBuffer.allocate(SECTOR).put(text.getBytes(StandardCharsets.US_ASCII)).array();
    }

    /// Makes an L2 table for a part of the disk.
    void table(int l1Index) {
        bytes.putLong(L1 + 8 * l1Index, take() | COPIED);
    }

    void rawL1(int l1Index, long entry) {
        bytes.putLong(L1 + 8 * l1Index, entry);
    }

    /// Writes the entry of a guest cluster into its table.
    void map(long guestCluster, long entry) {
        long table = bytes.getLong(L1 + 8 * (int) (guestCluster / 512)) & ~COPIED;
        bytes.putLong((int) (table + guestCluster % 512 * 8), entry);
    }

    PaperFile file() {
        byte[] used = new byte[clusters * CLUSTER];
        bytes.get(0, used);
        return new PaperFile(used);
    }

    PaperFile readOnlyFile() {
        PaperFile file = file();
        file.readOnly = true;
        return file;
    }

    /// {@return the text at the beginning of a sector of the disk; empty if it is all zeros}
    static String read(Disk disk, long offset) throws IOException {
        byte[] sector = new byte[SECTOR];
        sector[SECTOR - 1] = 'x'; // whoever fills it fills all of it
        disk.read(offset, MemorySegment.ofArray(sector));
        return new String(sector, StandardCharsets.US_ASCII).replaceFirst("\0+$", "");
    }
}
