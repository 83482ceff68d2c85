package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The first bytes of an image, checked. Big-endian:
///
/// ```
///   0 magic  4 version  8 backing_file_offset  16 backing_file_size  20 cluster_bits  24 size
///  32 crypt_method  36 l1_size  40 l1_table_offset  48 refcount_table_offset
///  56 refcount_table_clusters  60 nb_snapshots  64 snapshots_offset
///  from version 3 on: 72 incompatible_features  80 compatible_features  88 autoclear_features
///  96 refcount_order  100 header_length  104 compression_type
/// ```
///
/// @param backing null if there is none
/// @param l1 counted in entries of 8 bytes
/// @param refcountTable counted in clusters
/// @param bitmaps whether dirty bitmaps are kept and valid
/// @spec https://www.qemu.org/docs/master/interop/qcow2.html QEMU, qcow2 Image File Format, "Header"
public record Header(int version, int clusterBits, long sizeBytes, Backing backing, Table l1,
        Table refcountTable, Table snapshots, int refcountOrder, long incompatible,
        long autoclear, boolean bitmaps) {
    static final int SIZE = 24;
    static final int L1_SIZE = 36;
    static final int REFCOUNT_TABLE = 48;
    static final int SNAPSHOTS = 60;
    static final int INCOMPATIBLE = 72;
    static final int AUTOCLEAR = 88;
    static final int V2_BYTES = 72;
    static final int V3_BYTES = 104;

    static final long DIRTY = 1L << 0;
    static final long CORRUPT = 1L << 1;
    static final long EXTERNAL_DATA = 1L << 2;
    static final long COMPRESSION_TYPE = 1L << 3;
    static final long EXTENDED_L2 = 1L << 4;

    /// A contiguous table in the file.
    public record Table(long offset, int count) {}

    /// @param format null if the header does not name it
    public record Backing(String name, String format) {}

    /// @throws DiskFailure if it is no image, or one that cannot be used here
    public static Header read(ImageFile file) {
        try {
            return new HeaderReader(file).read();
        } catch (CorruptImage corrupt) {
            throw new DiskFailure(corrupt.getMessage());
        } catch (IOException e) {
            throw new DiskFailure(file.name() + " cannot be read: " + e.getMessage());
        }
    }

    public int clusterBytes() {
        return 1 << clusterBits;
    }

    public int refcountBits() {
        return 1 << refcountOrder;
    }

    public boolean dirty() {
        return (incompatible & DIRTY) != 0;
    }

    public boolean corrupt() {
        return (incompatible & CORRUPT) != 0;
    }

    /// {@return the entries of one L2 table, as a power of 2}
    int l2Bits() {
        return clusterBits - 3;
    }

    /// {@return the counts of one refcount block, as a power of 2}
    int refcountBlockBits() {
        return clusterBits + 3 - refcountOrder;
    }

    /// {@return how many clusters so many bytes take}
    long clusters(long bytes) {
        return (bytes >>> clusterBits) + ((bytes & clusterBytes() - 1) == 0 ? 0 : 1);
    }

    /// {@return how many L1 entries a disk of this size needs}
    long l1Entries(long diskBytes) {
        return (clusters(diskBytes) + (1L << l2Bits()) - 1) >>> l2Bits();
    }

    /// Writes a table's place and length with one write, in one sector.
    static void writeL1(ImageFile file, Table l1) throws IOException {
        file.write(L1_SIZE, ByteBuffer.allocate(12).putInt(l1.count).putLong(l1.offset).array());
    }

    static void writeRefcountTable(ImageFile file, Table table) throws IOException {
        file.write(REFCOUNT_TABLE,
                ByteBuffer.allocate(12).putLong(table.offset).putInt(table.count).array());
    }

    static void writeLong(ImageFile file, int at, long value) throws IOException {
        file.write(at, ByteBuffer.allocate(8).putLong(value).array());
    }

    /// Switches everything that can be switched, from `size` to `snapshots_offset`, at once.
    void writeTables(ImageFile file) throws IOException {
        file.write(SIZE, ByteBuffer.allocate(V2_BYTES - SIZE).putLong(sizeBytes).putInt(0)
                .putInt(l1.count).putLong(l1.offset).putLong(refcountTable.offset)
                .putInt(refcountTable.count).putInt(snapshots.count).putLong(snapshots.offset)
                .array());
    }

    Header with(long diskBytes, Table newL1, Table newRefcountTable, Table newSnapshots) {
        return new Header(version, clusterBits, diskBytes, backing, newL1, newRefcountTable,
                newSnapshots, refcountOrder, incompatible, autoclear, bitmaps);
    }
}
