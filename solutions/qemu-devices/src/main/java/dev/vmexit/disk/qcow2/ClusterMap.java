package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Table;
import dev.vmexit.disk.qcow2.TableCache.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeSet;

/// Where each guest cluster is: the active L1 table, in memory whole, and its L2 tables.
///
/// The holder of the metadata's lock may call.
final class ClusterMap {
    private final Metadata metadata;
    private final ImageFile file;
    private final Header header;
    private final TreeSet<Integer> newEntries = new TreeSet<>();
    private Table place;
    private long[] l1;

    ClusterMap(Metadata metadata, ImageFile file, Header header) throws IOException {
        this.metadata = metadata;
        this.file = file;
        this.header = header;
        this.place = header.l1();
        this.l1 = Refcounts.longs(file, place.offset(), place.count());
    }

    Table place() {
        return place;
    }

    long[] l1() {
        return l1;
    }

    // tag::doc-get[]
    /// {@return the entry of a guest cluster; 0 if it has no L2 table}
    ///
    /// ```
    ///  guest cluster   │ index in L1 │ index in the L2 table │
    ///                                 └─ header.l2Bits() bits ─┘
    /// ```
    ///
    /// @throws CorruptImage if [L2Entry#problem] finds something
    // tag::dev-14[]
    long get(long cluster) throws IOException {
        // tag::solution[]
        long table = l2Offset((int) (cluster >>> header.l2Bits()));
        if (table == 0) {
            return 0;
        }
        long entry = metadata.cache().read(table, Kind.L2_TABLE).getLong(inTable(cluster));
        String problem = L2Entry.problem(entry, header);
        if (problem != null) {
            throw new CorruptImage(file.name(), "the entry 0x%x of the L2 table at 0x%x: %s"
                    .formatted(entry, table, problem));
        }
        return entry;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-14", "from the guest cluster to its L2 table and its entry");
        // end::stub[]
    }
    // end::dev-14[]
    // end::doc-get[]

    /// {@return where the entry of a guest cluster is in its L2 table, in bytes}
    private int inTable(long cluster) {
        return (int) (cluster & (1L << header.l2Bits()) - 1) * 8;
    }

    /// {@return where in the file an L2 table is; 0 if there is none}
    private long l2Offset(int index) throws IOException {
        long entry = l1[index];
        long offset = entry & L2Entry.OFFSET;
        String problem = L2Entry.problemOfL1(entry, header);
        if (problem == null && offset != 0 && offset >= file.sizeBytes()
                && !metadata.isCached(offset)) {
            problem = "its L2 table is behind the end of the file";
        }
        if (problem != null) {
            throw new CorruptImage(file.name(),
                    "the entry 0x%x of the L1 table: %s".formatted(entry, problem));
        }
        return offset;
    }

    /// Makes a table for the cluster's entry that is only this disk's.
    void prepare(long cluster) throws IOException {
        int index = (int) (cluster >>> header.l2Bits());
        long old = l2Offset(index);
        if (old != 0 && l1[index] < 0) {
            metadata.refuseOverlap(old, Overlap.ACTIVE_L2);
            return;
        }
        byte[] bytes = new byte[header.clusterBytes()];
        long host = metadata.allocate(1);
        if (old != 0) {
            ByteBuffer shared = metadata.cache().read(old, Kind.L2_TABLE);
            System.arraycopy(shared.array(), 0, bytes, 0, bytes.length);
        }
        metadata.cache().create(host, Kind.L2_TABLE, bytes);
        l1[index] = host | L2Entry.COPIED;
        newEntries.add(index);
        if (old != 0) {
            metadata.free(old, header.clusterBytes());
        }
    }

    /// Changes an entry whose table is [#prepare]d.
    void set(long cluster, long entry) throws IOException {
        long table = l1[(int) (cluster >>> header.l2Bits())] & L2Entry.OFFSET;
        metadata.cache().change(table, Kind.L2_TABLE).putLong(inTable(cluster), entry);
    }

    /// {@return whether there was anything to write}
    boolean writeL1() throws IOException {
        for (int index : newEntries) {
            file.write(place.offset() + index * 8L,
                    ByteBuffer.allocate(8).putLong(l1[index]).array());
        }
        boolean any = !newEntries.isEmpty();
        newEntries.clear();
        return any;
    }

    /// Moves the L1 table to where it has room for so many entries; everything else is committed.
    void grow(int entries) throws IOException {
        if (entries <= l1.length) {
            return;
        }
        long[] larger = Arrays.copyOf(l1, entries);
        long host = metadata.allocate((int) header.clusters(entries * 8L));
        metadata.commit();
        file.write(host, Refcounts.bytes(larger));
        file.flush();
        Table old = place;
        place = new Table(host, entries);
        Header.writeL1(file, place);
        file.flush();
        l1 = larger;
        metadata.free(old.offset(), old.count() * 8L);
    }
}
