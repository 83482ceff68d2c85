package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// All tables of an open image, and the order in which they reach the file. Its monitor is the lock
/// of everything in it.
final class Metadata {
    private static final int MOST_PENDING = 1 << 14;

    private record Range(long first, long last) {}

    private final ImageFile file;
    private final Header header;
    private final TableCache cache;
    private final Refcounts refcounts;
    private final ClusterMap map;
    private final List<Table> snapshotL1s;
    private final int snapshotTableBytes;
    private final Flights flights = new Flights();
    /// Clusters that are no longer referred to in memory, but in the file.
    private List<Range> pending = new ArrayList<>();
    private boolean corrupt;

    Metadata(ImageFile file, Header header) throws IOException {
        this.file = file;
        this.header = header;
        this.cache = new TableCache(file, header.clusterBytes(), this::commit);
        this.refcounts = new Refcounts(file, header, cache, this::commit, this::refuseOverlap);
        this.map = new ClusterMap(this, file, header);
        List<Snapshot> snapshots = SnapshotTable.read(file, header);
        this.snapshotL1s = snapshots.stream().map(Snapshot::l1).toList();
        this.snapshotTableBytes = SnapshotTable.write(snapshots).length;
    }

    TableCache cache() {
        return cache;
    }

    ClusterMap map() {
        return map;
    }

    Flights flights() {
        return flights;
    }

    boolean isCached(long offset) {
        return cache.contains(offset);
    }

    Header header() {
        return header.with(header.sizeBytes(), map.place(), refcounts.place(),
                header.snapshots());
    }

    void requireSound() throws IOException {
        if (corrupt) {
            throw new CorruptImage(file.name(), "it was marked so; nothing is written any more");
        }
    }

    /// {@return the offset of so many clusters in a row that were free}
    long allocate(int clusters) throws IOException {
        requireSound();
        long first = refcounts.allocate(clusters) << header.clusterBits();
        for (int i = 0; i < clusters; i++) {
            refuseOverlap(first + ((long) i << header.clusterBits()), null);
        }
        return first;
    }

    /// Takes back an allocation that nothing came to refer to.
    void cancel(long offset) throws IOException {
        refcounts.release(offset >>> header.clusterBits());
    }

    /// The bytes are no longer referred to, in memory; they can be used again when the file no
    /// longer refers to them either.
    void free(long offset, long lengthBytes) {
        if (lengthBytes > 0) {
            pending.add(new Range(offset >>> header.clusterBits(),
                    offset + lengthBytes - 1 >>> header.clusterBits()));
        }
    }

    /// Frees whatever an L2 entry refers to.
    void freeEntry(long entry) {
        if (L2Entry.isCompressed(entry)) {
            free(L2Entry.compressedOffset(entry, header.clusterBits()),
                    L2Entry.compressedBytes(entry, header.clusterBits()));
        } else if (L2Entry.hostOffset(entry) != 0) {
            free(L2Entry.hostOffset(entry), header.clusterBytes());
        }
    }

    void commitIfMuchIsPending() throws IOException {
        if (pending.size() >= MOST_PENDING) {
            commit();
        }
    }

    /// Makes everything durable. Each step is flushed before the next begins, so that a power
    /// failure finds the file between two of them:
    ///
    /// 1. data, and the counts of new clusters: nothing refers to them yet, at worst they leak
    /// 2. new refcount blocks come into the refcount table
    /// 3. L2 tables, which refer to counted clusters and to data that is there
    /// 4. new L2 tables come into the L1 table
    /// 5. only then clusters that lost their last reference may be used again; their smaller counts
    ///    are written with the next commit
    // tag::dev-15-commit[]
    void commit() throws IOException {
        // tag::solution[]
        requireSound();
        // tag::doc-commit[]
        cache.writeDirty(TableCache.Kind.REFCOUNT_BLOCK);
        file.flush();
        if (refcounts.writeTable()) {
            file.flush();
        }
        if (cache.writeDirty(TableCache.Kind.L2_TABLE)) {
            file.flush();
        }
        if (map.writeL1()) {
            file.flush();
        }
        List<Range> freed = pending;
        pending = new ArrayList<>();
        freed.forEach(range -> flights.await(range.first, range.last));
        reuseFreed();
        // end::doc-commit[]
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-15", "the five steps, with a flush between them");
        // end::stub[]
    }
    // end::dev-15-commit[]

    /// Releases the clusters of [Flights#await] that no request is busy with.
    private void reuseFreed() throws IOException {
        Flights.Freed freed = flights.pollFree();
        while (freed != null) {
            for (long cluster = freed.first(); cluster <= freed.last(); cluster++) {
                refcounts.release(cluster);
            }
            freed = flights.pollFree();
        }
    }

    /// Stops a write that would destroy metadata, and marks the image.
    ///
    /// @param allowed what may be there, or null
    void refuseOverlap(long offset, Overlap allowed) throws IOException {
        Overlap found = overlap(offset);
        if (found != null && found != allowed) {
            corrupt = true;
            if (header.version() >= 3) {
                Header.writeLong(file, Header.INCOMPATIBLE,
                        header.incompatible() | Header.CORRUPT);
                file.flush();
            }
            throw new CorruptImage(file.name(),
                    "a write to 0x%x would have destroyed %s; see vmexit image check"
                            .formatted(offset, found.inWords()));
        }
    }

    private Overlap overlap(long offset) {
        if (offset < header.clusterBytes()) {
            return Overlap.HEADER;
        } else if (isIn(offset, map.place().offset(), map.place().count() * 8L)) {
            return Overlap.ACTIVE_L1;
        } else if (isIn(offset, refcounts.place().offset(),
                (long) refcounts.place().count() << header.clusterBits())) {
            return Overlap.REFCOUNT_TABLE;
        } else if (isIn(offset, header.snapshots().offset(), snapshotTableBytes)) {
            return Overlap.SNAPSHOT_TABLE;
        }
        for (long block : refcounts.table()) {
            if (block == offset) {
                return Overlap.REFCOUNT_BLOCK;
            }
        }
        for (long entry : map.l1()) {
            if ((entry & L2Entry.OFFSET) == offset) {
                return Overlap.ACTIVE_L2;
            }
        }
        return snapshotL1s.stream().anyMatch(l1 -> isIn(offset, l1.offset(), l1.count() * 8L))
                ? Overlap.INACTIVE_L1
                : null;
    }

    private boolean isIn(long offset, long start, long lengthBytes) {
        long end = start + (header.clusters(lengthBytes) << header.clusterBits());
        return offset >= start && offset < end;
    }
}
