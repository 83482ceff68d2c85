package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;

/// Takes an image from one state to another with a single write.
///
/// A snapshot changes the refcounts and COPIED flags of all data at once, in many tables, and any
/// half of that would be inconsistent. So all tables that differ are written beside the old ones,
/// into clusters that are free in both states; then the header is switched, and the old tables are
/// free. Refcounts are counted anew, so nothing leaks afterwards.
final class NewTables {
    private final ImageFile file;
    private final Header header;
    private final Refcounts old;
    private final Problems problems = new Problems();
    private final References references;
    private final BitSet blocksNeeded = new BitSet();
    private final TreeMap<Integer, Long> blocks = new TreeMap<>();
    private long next = 1;

    NewTables(ImageFile file, Header header) throws IOException {
        this.file = file;
        this.header = header;
        var cache = new TableCache(file, header.clusterBytes(), () -> {});
        this.old = new Refcounts(file, header, cache, () -> {}, (_, _) -> {});
        this.references = new References(file, header, problems);
    }

    /// @param active the entries of the L1 table to be active; their flags do not matter
    void install(long diskBytes, long[] active, List<Snapshot> snapshots) throws IOException {
        references.addMapped(active);
        for (Snapshot snapshot : snapshots) {
            references.addTable(snapshot.l1(), 8);
            references.addMapped(
                    Refcounts.longs(file, snapshot.l1().offset(), snapshot.l1().count()));
        }
        requireCountable();
        Table l1 = write(Refcounts.bytes(withFlags(active)), active.length);
        Table snapshotTable = snapshots.isEmpty()
                ? new Table(0, 0)
                : write(SnapshotTable.write(snapshots), snapshots.size());
        // tag::doc-switch[]
        Table refcountTable = writeRefcounts();
        file.flush();
        header.with(diskBytes, l1, refcountTable, snapshotTable).writeTables(file);
        // end::doc-switch[]
        file.flush();
    }

    private void requireCountable() throws CorruptImage {
        if (problems.corruptions() > 0) {
            throw new CorruptImage(file.name(), problems.told().getFirst());
        }
        long most = RefcountBlock.largest(header.refcountOrder());
        references.forEachUsed(cluster -> {
            if (references.get(cluster) > most) {
                throw new DiskFailure("%s: refcounts of %d bits cannot count one snapshot more"
                        .formatted(file.name(), header.refcountBits()));
            }
        });
    }

    /// {@return the first of so many clusters in a row, counted once}
    private long allocate(int count) throws IOException {
        int row = 0;
        while (row < count) {
            boolean free = references.get(next) == 0 && old.get(next) == 0;
            row = free ? row + 1 : 0;
            next++;
        }
        for (long cluster = next - count; cluster < next; cluster++) {
            references.change(cluster, 1);
            blocksNeeded.set((int) (cluster >>> header.refcountBlockBits()));
        }
        return next - count;
    }

    private Table write(byte[] table, int count) throws IOException {
        long offset =
                allocate((int) Math.max(1, header.clusters(table.length))) << header.clusterBits();
        file.write(offset, table);
        return new Table(offset, count);
    }

    /// {@return the L1 table with the COPIED flags that fit the counts} An L2 table whose flags
    /// have to change is written anew.
    private long[] withFlags(long[] active) throws IOException {
        long[] flagged = new long[active.length];
        for (int i = 0; i < active.length; i++) {
            long offset = active[i] & L2Entry.OFFSET;
            if (offset == 0) {
                continue;
            }
            long[] table = Refcounts.longs(file, offset, 1 << header.l2Bits());
            if (correctFlags(table)) {
                references.change(offset >>> header.clusterBits(), -1);
                offset = write(Refcounts.bytes(table), 1).offset();
            }
            boolean alone = references.get(offset >>> header.clusterBits()) == 1;
            flagged[i] = offset | (alone ? L2Entry.COPIED : 0);
        }
        return flagged;
    }

    private boolean correctFlags(long[] table) {
        boolean changed = false;
        for (int i = 0; i < table.length; i++) {
            long host = L2Entry.hostOffset(table[i]);
            if (host != 0) {
                boolean alone = references.get(host >>> header.clusterBits()) == 1;
                changed |= alone != table[i] < 0;
                table[i] = table[i] & ~L2Entry.COPIED | (alone ? L2Entry.COPIED : 0);
            }
        }
        return changed;
    }

    private Table writeRefcounts() throws IOException {
        references.forEachUsed(cluster -> blocksNeeded
                .set((int) (cluster >>> header.refcountBlockBits())));
        int perCluster = header.clusterBytes() / 8;
        allocateBlocks();
        int clusters = blocksNeeded.length() / perCluster + 1;
        long first = allocate(clusters);
        allocateBlocks();
        while (blocksNeeded.length() > clusters * perCluster) {
            for (int i = 0; i < clusters; i++) {
                references.change(first + i, -1);
            }
            clusters++;
            first = allocate(clusters);
            allocateBlocks();
        }
        long[] table = new long[clusters * perCluster];
        for (var block : blocks.entrySet()) {
            table[block.getKey()] = block.getValue() << header.clusterBits();
            file.write(table[block.getKey()], counts(block.getKey()));
        }
        file.write(first << header.clusterBits(), Refcounts.bytes(table));
        return new Table(first << header.clusterBits(), clusters);
    }

    /// A block needs a cluster, which may need a block.
    private void allocateBlocks() throws IOException {
        int index = blocksNeeded.nextSetBit(0);
        while (index >= 0) {
            if (!blocks.containsKey(index)) {
                blocks.put(index, allocate(1));
            }
            index = blocksNeeded.nextSetBit(index + 1);
        }
    }

    private byte[] counts(int block) {
        ByteBuffer bytes = ByteBuffer.allocate(header.clusterBytes());
        long first = (long) block << header.refcountBlockBits();
        for (int i = 0; i < 1 << header.refcountBlockBits(); i++) {
            RefcountBlock.set(bytes, i, header.refcountOrder(), references.get(first + i));
        }
        return bytes.array();
    }
}
