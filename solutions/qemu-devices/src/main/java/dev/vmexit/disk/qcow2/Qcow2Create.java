package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Backing;
import dev.vmexit.disk.qcow2.Header.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Writes an empty image of version 3 into an empty file: header, refcount table, one refcount
/// block, L1 table, and as many more blocks as these need.
public final class Qcow2Create {
    public static final int CLUSTER_BITS = 16;
    private static final int REFCOUNT_ORDER = 4;

    private Qcow2Create() {}

    /// @param sizeBytes a multiple of 512
    /// @param clusterBits 9 to 21
    /// @param backing null for none; the format has to be named
    /// @throws DiskFailure if there can be no such image
    public static void create(ImageFile file, long sizeBytes, int clusterBits, Backing backing)
            throws IOException {
        if (sizeBytes < 0 || sizeBytes % Disk.SECTOR_BYTES != 0) {
            throw new DiskFailure(sizeBytes + " bytes are no whole sectors of 512 bytes");
        } else if (clusterBits < 9 || clusterBits > 21) {
            throw new DiskFailure("clusters have 512 bytes to 2 MiB, in powers of two");
        }
        long clusterBytes = 1L << clusterBits;
        long l1Entries = (sizeBytes / clusterBytes + (sizeBytes % clusterBytes == 0 ? 0 : 1)
                + clusterBytes / 8 - 1) / (clusterBytes / 8);
        if (l1Entries * 8 > HeaderReader.MOST_L1_BYTES) {
            throw new DiskFailure(sizeBytes + " bytes are too many for clusters of " + clusterBytes
                    + " bytes; use larger clusters");
        }
        write(file, sizeBytes, clusterBits, backing, (int) l1Entries);
    }

    private static void write(ImageFile file, long sizeBytes, int clusterBits, Backing backing,
            int l1Entries) throws IOException {
        long clusterBytes = 1L << clusterBits;
        int perBlock = 1 << clusterBits + 3 - REFCOUNT_ORDER;
        int l1Clusters = (int) Math.max(1, (l1Entries * 8L + clusterBytes - 1) >>> clusterBits);
        int blocks = 1;
        int tableClusters = 1;
        while (blocks * (long) perBlock < 1 + tableClusters + blocks + l1Clusters) {
            blocks++;
            tableClusters = (int) (blocks * 8L + clusterBytes - 1 >>> clusterBits);
        }
        int used = 1 + tableClusters + blocks + l1Clusters;
        file.setSize((long) used << clusterBits);
        long[] table = new long[tableClusters * (int) (clusterBytes / 8)];
        for (int i = 0; i < blocks; i++) {
            table[i] = (1L + tableClusters + i) << clusterBits;
            ByteBuffer block = ByteBuffer.allocate((int) clusterBytes);
            for (int j = 0; j < Math.min(perBlock, used - i * perBlock); j++) {
                RefcountBlock.set(block, j, REFCOUNT_ORDER, 1);
            }
            file.write(table[i], block.array());
        }
        file.write(clusterBytes, Refcounts.bytes(table));
        file.flush();
        var header = new Header(3, clusterBits, sizeBytes, backing,
                new Table((1L + tableClusters + blocks) << clusterBits, l1Entries),
                new Table(clusterBytes, tableClusters), new Table(0, 0), REFCOUNT_ORDER, 0, 0,
                false);
        file.write(0, bytes(header));
        file.flush();
    }

    private static byte[] bytes(Header header) {
        ByteBuffer bytes = ByteBuffer.allocate(header.clusterBytes());
        bytes.putInt(0, HeaderReader.MAGIC).putInt(4, header.version())
                .putInt(20, header.clusterBits()).putLong(Header.SIZE, header.sizeBytes())
                .putInt(Header.L1_SIZE, header.l1().count())
                .putLong(Header.L1_SIZE + 4, header.l1().offset())
                .putLong(Header.REFCOUNT_TABLE, header.refcountTable().offset())
                .putInt(Header.REFCOUNT_TABLE + 8, header.refcountTable().count())
                .putInt(96, header.refcountOrder()).putInt(100, Header.V3_BYTES);
        if (header.backing() != null) {
            putBacking(bytes, header.backing());
        }
        return bytes.array();
    }

    private static void putBacking(ByteBuffer bytes, Backing backing) {
        byte[] name = backing.name().getBytes(StandardCharsets.UTF_8);
        byte[] format = backing.format().getBytes(StandardCharsets.UTF_8);
        int nameAt = Header.V3_BYTES + 8 + (format.length + 7 & ~7) + 8;
        if (name.length > 1023 || nameAt + name.length > bytes.capacity()) {
            throw new DiskFailure("the name of the backing file, " + name.length
                    + " bytes, is too long for the header");
        }
        bytes.putInt(Header.V3_BYTES, HeaderReader.BACKING_FORMAT)
                .putInt(Header.V3_BYTES + 4, format.length).put(Header.V3_BYTES + 8, format)
                .putLong(8, nameAt).putInt(16, name.length).put(nameAt, name);
    }
}
