package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Table;
import dev.vmexit.disk.qcow2.TableCache.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeSet;

/// How often each host cluster is referred to, and which are free.
///
/// A refcount block that is missing is put into the first cluster it counts, which is free because
/// all that it counts is. The holder of the metadata's lock may call.
final class Refcounts {
    /// Throws if a cluster that is about to be written is something else than it may be.
    interface Guard {
        void check(long offset, Overlap allowed) throws IOException;
    }

    private final ImageFile file;
    private final Header header;
    private final TableCache cache;
    private final TableCache.Commit commit;
    private final Guard guard;
    private final TreeSet<Integer> newEntries = new TreeSet<>();
    private final int order;
    private final int blockBits;
    private Table place;
    private long[] table;
    /// No cluster below it is free.
    private long hint = 1;

    Refcounts(ImageFile file, Header header, TableCache cache, TableCache.Commit commit,
            Guard guard)
            throws IOException {
        this.file = file;
        this.header = header;
        this.cache = cache;
        this.commit = commit;
        this.guard = guard;
        this.order = header.refcountOrder();
        this.blockBits = header.refcountBlockBits();
        this.place = header.refcountTable();
        this.table = longs(file, place.offset(), place.count() * (header.clusterBytes() / 8));
        checkTable();
    }

    static long[] longs(ImageFile file, long offset, int count) throws IOException {
        byte[] bytes = new byte[count * 8];
        file.read(offset, bytes);
        long[] longs = new long[count];
        ByteBuffer.wrap(bytes).asLongBuffer().get(longs);
        return longs;
    }

    static byte[] bytes(long[] longs) {
        ByteBuffer bytes = ByteBuffer.allocate(longs.length * 8);
        bytes.asLongBuffer().put(longs);
        return bytes.array();
    }

    private void checkTable() throws IOException {
        long[] blocks = Arrays.stream(table).filter(entry -> entry != 0).sorted().toArray();
        long before = 0;
        for (long block : blocks) {
            if ((block & header.clusterBytes() - 1) != 0 || block < 0
                    || block >= file.sizeBytes() || block == before) {
                throw new CorruptImage(file.name(),
                        "the refcount table has the impossible entry 0x%x".formatted(block));
            }
            before = block;
        }
    }

    Table place() {
        return place;
    }

    long[] table() {
        return table;
    }

    long get(long cluster) throws IOException {
        long index = cluster >>> blockBits;
        if (index >= table.length || table[(int) index] == 0) {
            return 0;
        }
        ByteBuffer block = cache.read(table[(int) index], Kind.REFCOUNT_BLOCK);
        return RefcountBlock.get(block, inBlock(cluster), order);
    }

    private int inBlock(long cluster) {
        return (int) (cluster & (1L << blockBits) - 1);
    }

    private void set(long cluster, long count) throws IOException {
        long block = table[(int) (cluster >>> blockBits)];
        guard.check(block, Overlap.REFCOUNT_BLOCK);
        RefcountBlock.set(cache.change(block, Kind.REFCOUNT_BLOCK), inBlock(cluster), order, count);
    }

    // tag::doc-release[]
    /// One reference less. What it leaves free may be allocated at once: nothing on the disk may
    /// refer to it.
    ///
    /// @throws CorruptImage if there was no reference
    // tag::dev-15-release[]
    void release(long cluster) throws IOException {
        // tag::solution[]
        long count = get(cluster);
        if (count == 0) {
            throw new CorruptImage(file.name(),
                    "cluster %d was in use, and its refcount is 0".formatted(cluster));
        }
        set(cluster, count - 1);
        if (count == 1) {
            hint = Math.min(hint, cluster);
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-15", "count one less, and remember what has become free");
        // end::stub[]
    }
    // end::dev-15-release[]
    // end::doc-release[]

    /// {@return the first of so many free clusters in a row, counted once from here on}
    long allocate(int count) throws IOException {
        long first = count == 1 ? findOne() : findRow(count);
        for (long cluster = first; cluster < first + count; cluster++) {
            set(cluster, 1);
        }
        return first;
    }

    /// {@return the lowest cluster that is free}
    ///
    /// A cluster without a refcount block is free, but cannot be counted until [#createBlock] has
    /// made that block, which may take the very cluster for itself.
    // tag::dev-15-find[]
    private long findOne() throws IOException {
        // tag::solution[]
        long cluster = hint;
        while (get(cluster) != 0 || !hasBlock(cluster)) {
            if (get(cluster) == 0) {
                createBlock((int) Math.min(cluster >>> blockBits, Integer.MAX_VALUE));
            } else {
                cluster++;
            }
        }
        hint = cluster + 1;
        return cluster;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-15", "the lowest cluster that is free and can be counted");
        // end::stub[]
    }
    // end::dev-15-find[]

    /// {@return whether there is a refcount block that counts this cluster}
    private boolean hasBlock(long cluster) {
        long index = cluster >>> blockBits;
        return index < table.length && table[(int) index] != 0;
    }

    /// Makes the refcount block number `index`, and if need be a larger refcount table.
    private void createBlock(int index) throws IOException {
        if (index >= table.length) {
            growTable(index + 1);
            return;
        }
        long first = (long) index << blockBits;
        guard.check(first << header.clusterBits(), null);
        table[index] = first << header.clusterBits();
        newEntries.add(index);
        cache.create(table[index], Kind.REFCOUNT_BLOCK, new byte[header.clusterBytes()]);
        set(first, 1);
    }

    private long findRow(int count) throws IOException {
        long cluster = hint;
        int row = 0;
        while (row < count && hasBlock(cluster)) {
            row = get(cluster) == 0 ? row + 1 : 0;
            cluster++;
        }
        return row == count ? cluster - count : rowBehindAll(count);
    }

    /// A row too long for what is counted: behind it, followed by the blocks that count it.
    private long rowBehindAll(int count) throws IOException {
        int index = firstIndexBehindAll();
        int blocks = blocksFor(count);
        if (index + blocks > table.length) {
            growTable(index + blocks);
            index = firstIndexBehindAll();
        }
        long first = (long) index << blockBits;
        checkRow(first, count + blocks);
        for (int i = 0; i < blocks; i++) {
            table[index + i] = first + count + i << header.clusterBits();
            newEntries.add(index + i);
            cache.create(table[index + i], Kind.REFCOUNT_BLOCK, new byte[header.clusterBytes()]);
        }
        for (int i = 0; i < blocks; i++) {
            set(first + count + i, 1);
        }
        return first;
    }

    private void checkRow(long first, int count) throws IOException {
        for (long cluster = first; cluster < first + count; cluster++) {
            guard.check(cluster << header.clusterBits(), null);
        }
    }

    private int firstIndexBehindAll() {
        int index = table.length;
        while (index > 0 && table[index - 1] == 0) {
            index--;
        }
        return index;
    }

    /// {@return how many blocks count a row and themselves}
    private int blocksFor(int row) {
        int blocks = 1;
        while ((long) blocks << blockBits < row + blocks) {
            blocks++;
        }
        return blocks;
    }

    /// Moves the table to where it has room for `entries` and half as many more. The header is
    /// switched when the new one is durable; then the old one is free.
    private void growTable(int entries) throws IOException {
        commit.run();
        int index = firstIndexBehindAll();
        int perCluster = header.clusterBytes() / 8;
        int clusters = Math.max(entries, index) / perCluster * 3 / 2 + 2;
        int blocks = blocksFor(clusters);
        while (index + blocks > clusters * perCluster) {
            clusters++;
            blocks = blocksFor(clusters);
        }
        if ((long) clusters << header.clusterBits() > HeaderReader.MOST_REFCOUNT_TABLE_BYTES) {
            throw new IOException(file.name() + " cannot grow further: its refcount table is full; "
                    + "convert it to one with larger clusters");
        }
        long first = (long) index << blockBits;
        checkRow(first, clusters + blocks);
        long[] larger = Arrays.copyOf(table, clusters * perCluster);
        for (int i = 0; i < blocks; i++) {
            larger[index + i] = first + clusters + i << header.clusterBits();
            file.write(larger[index + i], blockOfNew(i, clusters + blocks));
        }
        file.write(first << header.clusterBits(), bytes(larger));
        file.flush();
        switchTo(new Table(first << header.clusterBits(), clusters), larger);
    }

    /// {@return the block that counts its share of so many clusters, all in use}
    private byte[] blockOfNew(int block, int used) {
        ByteBuffer bytes = ByteBuffer.allocate(header.clusterBytes());
        long from = (long) block << blockBits;
        for (long i = from; i < Math.min(used, from + (1L << blockBits)); i++) {
            RefcountBlock.set(bytes, (int) (i - from), order, 1);
        }
        return bytes.array();
    }

    private void switchTo(Table newPlace, long[] larger) throws IOException {
        Header.writeRefcountTable(file, newPlace);
        file.flush();
        Table old = place;
        place = newPlace;
        table = larger;
        for (int i = 0; i < old.count(); i++) {
            release((old.offset() >>> header.clusterBits()) + i);
        }
    }

    /// {@return whether there was anything to write}
    boolean writeTable() throws IOException {
        for (int index : newEntries) {
            file.write(place.offset() + index * 8L,
                    ByteBuffer.allocate(8).putLong(table[index]).array());
        }
        boolean any = !newEntries.isEmpty();
        newEntries.clear();
        return any;
    }
}
