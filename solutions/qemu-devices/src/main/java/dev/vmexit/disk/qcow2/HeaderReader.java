package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Backing;
import dev.vmexit.disk.qcow2.Header.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads a header and believes nothing of it.
final class HeaderReader {
    static final int MAGIC = 0x5146_49FB;
    static final int BACKING_FORMAT = 0xE279_2ACA;
    static final int FEATURE_NAMES = 0x6803_F857;
    static final int BITMAPS = 0x2385_2875;

    static final long MOST_L1_BYTES = 32L << 20;
    static final long MOST_REFCOUNT_TABLE_BYTES = 8L << 20;
    static final int MOST_SNAPSHOTS = 65_536;
    private static final int MOST_NAME_BYTES = 1023;
    private static final int FEATURE_NAME_BYTES = 48;
    private static final long KNOWN = (1L << 5) - 1;

    private final ImageFile file;
    private final ByteBuffer start;
    private final long fileBytes;
    private int clusterBits;
    private String backingFormat;
    private byte[] featureNames = {};
    private boolean hasBitmaps;

    HeaderReader(ImageFile file) throws IOException {
        this.file = file;
        this.fileBytes = file.sizeBytes();
        byte[] bytes = new byte[(int) Math.min(1 << 21, Math.max(fileBytes, Header.V3_BYTES + 8))];
        file.read(0, bytes);
        this.start = ByteBuffer.wrap(bytes);
    }

    Header read() throws CorruptImage {
        refuseIf(start.getInt(0) != MAGIC, "is no qcow2 image: it does not begin with QFI\\xFB");
        int version = start.getInt(4);
        refuseIf(version != 2 && version != 3,
                "has qcow2 version " + Integer.toUnsignedString(version) + "; known are 2 and 3");
        clusterBits = start.getInt(20);
        corruptIf(clusterBits < 9 || clusterBits > 21, "cluster_bits is "
                + Integer.toUnsignedString(clusterBits) + ", and 9 to 21 are possible");
        refuseIf(start.getInt(32) != 0, "is encrypted, which is not supported; "
                + "convert it with qemu-img and the key");
        int order = 4;
        int length = Header.V2_BYTES;
        long incompatible = 0;
        long autoclear = 0;
        if (version == 3) {
            length = headerLength();
            incompatible = start.getLong(Header.INCOMPATIBLE);
            autoclear = start.getLong(Header.AUTOCLEAR);
            order = start.getInt(96);
            corruptIf(order < 0 || order > 6, "refcount_order is "
                    + Integer.toUnsignedString(order) + ", and at most 6 is possible");
        }
        readExtensions(length);
        refuseUnknown(incompatible, length);
        var header = new Header(version, clusterBits, start.getLong(Header.SIZE), backing(),
                table(Header.L1_SIZE + 4, Header.L1_SIZE),
                table(Header.REFCOUNT_TABLE, Header.REFCOUNT_TABLE + 8),
                table(Header.SNAPSHOTS + 4, Header.SNAPSHOTS), order, incompatible, autoclear,
                hasBitmaps && (autoclear & 1) != 0);
        checkTables(header);
        return header;
    }

    private int headerLength() throws CorruptImage {
        int length = start.getInt(100);
        corruptIf(length < Header.V3_BYTES || length > 1 << clusterBits || length % 8 != 0
                || length > start.capacity(),
                "header_length is " + Integer.toUnsignedString(length));
        return length;
    }

    private Table table(int offsetAt, int countAt) {
        return new Table(start.getLong(offsetAt), start.getInt(countAt));
    }

    private void readExtensions(int from) throws CorruptImage {
        long end = Math.min(start.capacity(), 1L << clusterBits);
        if (start.getLong(8) > 0) {
            end = Math.min(end, start.getLong(8));
        }
        long at = from;
        while (at + 8 <= end && start.getInt((int) at) != 0) {
            int type = start.getInt((int) at);
            long length = Integer.toUnsignedLong(start.getInt((int) at + 4));
            corruptIf(length > end - at - 8, "the header extension 0x%08x is longer than its "
                    .formatted(type) + "place");
            byte[] content = Arrays.copyOfRange(start.array(), (int) at + 8,
                    (int) (at + 8 + length));
            switch (type) {
                case BACKING_FORMAT -> backingFormat = text(content);
                case FEATURE_NAMES -> featureNames = content;
                case BITMAPS -> hasBitmaps = true;
                default -> {
                    // "other: Unknown header extension, can be safely ignored"
                }
            }
            at += 8 + (length + 7 & ~7L);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void refuseUnknown(long incompatible, int length) throws CorruptImage {
        refuseIf((incompatible & Header.EXTERNAL_DATA) != 0,
                "keeps its data in an external data file, which is not supported");
        refuseIf((incompatible & Header.EXTENDED_L2) != 0,
                "has extended L2 entries, which are not supported");
        int compression = length > Header.V3_BYTES ? start.get(Header.V3_BYTES) : 0;
        corruptIf((compression != 0) != ((incompatible & Header.COMPRESSION_TYPE) != 0),
                "compression_type and its feature bit contradict each other");
        refuseIf(compression != 0, "is compressed with "
                + (compression == 1 ? "zstd" : "method " + compression)
                + "; only zlib is supported");
        long unknown = incompatible & ~KNOWN;
        refuseIf(unknown != 0, "needs a feature that is not supported: "
                + featureName(Long.numberOfTrailingZeros(unknown)));
    }

    private String featureName(int bit) {
        for (int at = 0; at + FEATURE_NAME_BYTES <= featureNames.length; at += FEATURE_NAME_BYTES) {
            if (featureNames[at] == 0 && featureNames[at + 1] == bit) {
                return text(Arrays.copyOfRange(featureNames, at + 2, at + FEATURE_NAME_BYTES))
                        .replaceAll("\\p{Cntrl}", "");
            }
        }
        return "incompatible feature bit " + bit;
    }

    private Backing backing() throws CorruptImage {
        long offset = start.getLong(8);
        if (offset == 0) {
            return null;
        }
        int length = start.getInt(16);
        corruptIf(length < 1 || length > MOST_NAME_BYTES || offset < Header.V2_BYTES
                || offset > (1L << clusterBits) - length || offset > start.capacity() - length,
                "the name of the backing file is not inside the first cluster");
        return new Backing(text(Arrays.copyOfRange(start.array(), (int) offset,
                (int) offset + length)), backingFormat);
    }

    private void checkTables(Header header) throws CorruptImage {
        long size = header.sizeBytes();
        corruptIf(size < 0 || size % Disk.SECTOR_BYTES != 0, "the size of the disk is "
                + Long.toUnsignedString(size) + " bytes, which are no whole sectors");
        Table l1 = header.l1();
        corruptIf(l1.count() < 0 || l1.count() * 8L > MOST_L1_BYTES,
                "l1_size is " + Integer.toUnsignedString(l1.count()));
        corruptIf(l1.count() < header.l1Entries(size), "the L1 table has " + l1.count()
                + " entries, too few for a disk of " + size + " bytes");
        inside("L1 table", l1.offset(), l1.count() * 8L);
        int clusters = header.refcountTable().count();
        corruptIf(clusters < 1 || (long) clusters << clusterBits > MOST_REFCOUNT_TABLE_BYTES,
                "refcount_table_clusters is " + Integer.toUnsignedString(clusters));
        inside("refcount table", header.refcountTable().offset(), (long) clusters << clusterBits);
        int snapshots = header.snapshots().count();
        corruptIf(snapshots < 0 || snapshots > MOST_SNAPSHOTS,
                "nb_snapshots is " + Integer.toUnsignedString(snapshots));
        inside("snapshot table", header.snapshots().offset(), snapshots * 40L);
    }

    /// The last cluster of a file need not be there whole.
    private void inside(String what, long offset, long lengthBytes) throws CorruptImage {
        long clusterBytes = 1L << clusterBits;
        if (lengthBytes != 0) {
            corruptIf(offset % clusterBytes != 0 || offset < clusterBytes || offset > fileBytes
                    || lengthBytes > (fileBytes - offset + clusterBytes - 1 & -clusterBytes),
                    "the %s at 0x%x is not inside the file or not aligned to a cluster"
                            .formatted(what, offset));
        }
    }

    private void corruptIf(boolean wrong, String what) throws CorruptImage {
        if (wrong) {
            throw new CorruptImage(file.name(), what);
        }
    }

    private void refuseIf(boolean wrong, String what) {
        if (wrong) {
            throw new DiskFailure(file.name() + " " + what);
        }
    }
}
