package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The directory of snapshots. An entry, padded to a multiple of 8 bytes:
///
/// ```
///   0 L1 offset  8 L1 entries  12 id length  14 name length  16 seconds  20 nanoseconds
///  24 guest's running time  32 size of its state  36 length of extra data
///  40 extra data (40 size of its state again, 48 size of the disk), id, name
/// ```
///
/// @spec https://www.qemu.org/docs/master/interop/qcow2.html QEMU, qcow2 Image File Format, "Snapshots"
final class SnapshotTable {
    private static final int FIXED_BYTES = 40;
    private static final int EXTRA_BYTES = 16;
    private static final int MOST_EXTRA_BYTES = 1024;
    private static final long MOST_BYTES = 16L << 20;

    private SnapshotTable() {}

    static List<Snapshot> read(ImageFile file, Header header) throws IOException {
        var snapshots = new ArrayList<Snapshot>();
        long at = header.snapshots().offset();
        for (int i = 0; i < header.snapshots().count(); i++) {
            ByteBuffer fixed = bytes(file, at, FIXED_BYTES);
            int extra = fixed.getInt(36);
            int id = Short.toUnsignedInt(fixed.getShort(12));
            int name = Short.toUnsignedInt(fixed.getShort(14));
            long end = at + FIXED_BYTES + Integer.toUnsignedLong(extra) + id + name;
            if (extra < 0 || extra > MOST_EXTRA_BYTES || end > file.sizeBytes()
                    || end - header.snapshots().offset() > MOST_BYTES) {
                throw new CorruptImage(file.name(), "entry " + i
                        + " of the snapshot table does not end inside the file");
            }
            byte[] variable = bytes(file, at + FIXED_BYTES, extra + id + name).array();
            snapshots.add(check(file, header, entry(header, fixed, variable, extra, id)));
            at = end + 7 & ~7L;
        }
        return snapshots;
    }

    private static ByteBuffer bytes(ImageFile file, long at, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.read(at, bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static Snapshot entry(Header header, ByteBuffer fixed, byte[] variable, int extra,
            int id) {
        byte[] extraData = Arrays.copyOf(variable, extra);
        long diskBytes = extra >= EXTRA_BYTES
                ? ByteBuffer.wrap(extraData).getLong(8)
                : header.sizeBytes();
        return new Snapshot(new String(variable, extra, id, StandardCharsets.UTF_8),
                new String(variable, extra + id, variable.length - extra - id,
                        StandardCharsets.UTF_8),
                Instant.ofEpochSecond(Integer.toUnsignedLong(fixed.getInt(16)),
                        Integer.toUnsignedLong(fixed.getInt(20))),
                diskBytes, new Table(fixed.getLong(0), fixed.getInt(8)),
                Arrays.copyOfRange(fixed.array(), 24, 36), extraData);
    }

    private static Snapshot check(ImageFile file, Header header, Snapshot snapshot)
            throws IOException {
        Table l1 = snapshot.l1();
        boolean sound = l1.count() >= 0 && l1.count() * 8L <= HeaderReader.MOST_L1_BYTES
                && (l1.offset() & header.clusterBytes() - 1) == 0 && l1.offset() >= 0
                && l1.offset() <= file.sizeBytes() && l1.count() * 8L <= file.sizeBytes();
        if (!sound || l1.count() < header.l1Entries(Math.max(0, snapshot.diskBytes()))) {
            throw new CorruptImage(file.name(),
                    "the L1 table of snapshot " + snapshot.id() + " is impossible");
        }
        return snapshot;
    }

    static byte[] write(List<Snapshot> snapshots) {
        var out = new ByteArrayOutputStream();
        for (Snapshot snapshot : snapshots) {
            byte[] id = snapshot.id().getBytes(StandardCharsets.UTF_8);
            byte[] name = snapshot.name().getBytes(StandardCharsets.UTF_8);
            byte[] extra = Arrays.copyOf(snapshot.extra(),
                    Math.max(EXTRA_BYTES, snapshot.extra().length));
            ByteBuffer.wrap(extra).putLong(8, snapshot.diskBytes());
            int length = FIXED_BYTES + extra.length + id.length + name.length;
            ByteBuffer entry = ByteBuffer.allocate(length + 7 & ~7);
            entry.putLong(snapshot.l1().offset()).putInt(snapshot.l1().count())
                    .putShort((short) id.length).putShort((short) name.length)
                    .putInt((int) snapshot.taken().getEpochSecond())
                    .putInt(snapshot.taken().getNano()).put(snapshot.rest()).putInt(extra.length)
                    .put(extra).put(id).put(name);
            out.writeBytes(entry.array());
        }
        return out.toByteArray();
    }
}
