package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.ImageFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// Compares the refcounts of an image with its references.
public final class Qcow2Check {
    /// @param leaks clusters counted more often than they are used: lost space, no harm
    /// @param corruptions clusters counted too seldom, and entries that cannot be
    /// @param problems the first 20 of both, in words
    public record Report(long leaks, long corruptions, List<String> problems) {}

    private final ImageFile file;
    private final Header header;
    private final Refcounts refcounts;
    private final List<Snapshot> snapshots;
    private final long[] l1;
    private final Problems problems = new Problems();

    private Qcow2Check(ImageFile file) throws IOException {
        this.file = file;
        this.header = Header.read(file);
        if (header.bitmaps()) {
            throw new DiskFailure(file.name() + " has dirty bitmaps, which are not known here; "
                    + "check it with qemu-img");
        }
        var cache = new TableCache(file, header.clusterBytes(), () -> {
            // Nothing is changed, so nothing is dirty.
        });
        this.refcounts = new Refcounts(file, header, cache, () -> {}, (_, _) -> {});
        this.snapshots = SnapshotTable.read(file, header);
        this.l1 = Refcounts.longs(file, header.l1().offset(), header.l1().count());
    }

    /// @throws DiskFailure if the header is no header of an image that is known
    /// @throws CorruptImage if its refcount table or snapshot table cannot be read at all
    public static Report run(ImageFile file) throws IOException {
        var check = new Qcow2Check(file);
        check.compare(check.count());
        check.compareFlags();
        return new Report(check.problems.leaks(), check.problems.corruptions(),
                check.problems.told());
    }

    /// Frees what leaks, if nothing else is wrong.
    ///
    /// @return what was found before
    public static Report repairLeaks(ImageFile file) throws IOException {
        Report found = run(file);
        if (found.leaks() > 0 && found.corruptions() == 0) {
            Header header = Header.read(file);
            new NewTables(file, header).install(header.sizeBytes(),
                    Refcounts.longs(file, header.l1().offset(), header.l1().count()),
                    SnapshotTable.read(file, header));
        }
        return found;
    }

    private References count() throws IOException {
        var references = new References(file, header, problems);
        references.addTable(header.l1(), 8);
        references.addMapped(l1);
        references.add(header.snapshots().offset(), SnapshotTable.write(snapshots).length);
        for (Snapshot snapshot : snapshots) {
            references.addTable(snapshot.l1(), 8);
            references.addMapped(
                    Refcounts.longs(file, snapshot.l1().offset(), snapshot.l1().count()));
        }
        references.addTable(header.refcountTable(), header.clusterBytes());
        for (long block : refcounts.table()) {
            references.add(block, block == 0 ? 0 : header.clusterBytes());
        }
        return references;
    }

    private void compare(References references) throws IOException {
        long fileClusters = header.clusters(file.sizeBytes());
        long[] table = refcounts.table();
        for (int i = 0; i < table.length; i++) {
            long from = (long) i << header.refcountBlockBits();
            long to = Math.min(fileClusters, from + (1L << header.refcountBlockBits()));
            for (long cluster = from; table[i] != 0 && cluster < to; cluster++) {
                long stored = refcounts.get(cluster);
                if (stored > references.get(cluster)) {
                    problems.leak("cluster %d has refcount %d and %d references".formatted(
                            cluster, stored, references.get(cluster)));
                }
            }
        }
        compareUsed(references);
    }

    private void compareUsed(References references) throws IOException {
        try {
            references.forEachUsed(cluster -> {
                long stored = storedOrFail(cluster);
                if (stored < references.get(cluster)) {
                    problems.corruption("cluster %d has refcount %d and %d references"
                            .formatted(cluster, stored, references.get(cluster)));
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private long storedOrFail(long cluster) {
        try {
            return refcounts.get(cluster);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// "1 for standard clusters whose refcount is exactly one", as far as the active L1 table
    /// reaches.
    private void compareFlags() throws IOException {
        for (long entry : l1) {
            long offset = entry & L2Entry.OFFSET;
            if (offset == 0 || L2Entry.problemOfL1(entry, header) != null
                    || offset >= file.sizeBytes()) {
                continue;
            }
            compareFlag(entry, offset);
            for (long mapped : Refcounts.longs(file, offset, 1 << header.l2Bits())) {
                if (L2Entry.problem(mapped, header) == null && L2Entry.hostOffset(mapped) != 0) {
                    compareFlag(mapped, L2Entry.hostOffset(mapped));
                }
            }
        }
    }

    private void compareFlag(long entry, long offset) throws IOException {
        long stored = refcounts.get(offset >>> header.clusterBits());
        if (stored == 1 != entry < 0) {
            problems.corruption("the entry 0x%x has the wrong COPIED flag; the refcount is %d"
                    .formatted(entry, stored));
        }
    }
}
