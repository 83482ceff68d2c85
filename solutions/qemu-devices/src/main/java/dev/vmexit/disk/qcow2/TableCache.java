package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;

/// L2 tables and refcount blocks in memory, each one cluster. Changed ones stay until they are
/// written in the right order, by [Metadata#commit].
///
/// A table that was got is good until the next call. The holder of the metadata's lock may call.
final class TableCache {
    private static final int MOST_BYTES = 8 << 20;

    enum Kind {
        REFCOUNT_BLOCK,
        L2_TABLE
    }

    private record Table(Kind kind, ByteBuffer bytes, boolean[] dirty) {}

    /// What makes all tables clean.
    interface Commit {
        void run() throws IOException;
    }

    private final ImageFile file;
    private final int clusterBytes;
    private final int most;
    private final Commit commit;
    private final LinkedHashMap<Long, Table> tables = new LinkedHashMap<>(16, 0.75f, true);

    TableCache(ImageFile file, int clusterBytes, Commit commit) {
        this.file = file;
        this.clusterBytes = clusterBytes;
        this.most = Math.max(4, MOST_BYTES / clusterBytes);
        this.commit = commit;
    }

    /// {@return the table at this place of the file, to be read}
    ByteBuffer read(long offset, Kind kind) throws IOException {
        Table table = tables.get(offset);
        if (table == null) {
            byte[] bytes = new byte[clusterBytes];
            file.read(offset, bytes);
            table = put(offset, kind, bytes);
        } else if (table.kind != kind) {
            throw new CorruptImage(file.name(), "the cluster at 0x%x is used as %s and as %s"
                    .formatted(offset, table.kind, kind));
        }
        return table.bytes;
    }

    /// {@return the table, to be changed}
    ByteBuffer change(long offset, Kind kind) throws IOException {
        ByteBuffer bytes = read(offset, kind);
        tables.get(offset).dirty[0] = true;
        return bytes;
    }

    /// Puts a new table where nothing was.
    void create(long offset, Kind kind, byte[] bytes) throws IOException {
        tables.remove(offset);
        put(offset, kind, bytes).dirty[0] = true;
    }

    boolean contains(long offset) {
        return tables.containsKey(offset);
    }

    private Table put(long offset, Kind kind, byte[] bytes) throws IOException {
        if (tables.size() >= most) {
            if (tables.firstEntry().getValue().dirty[0]) {
                commit.run();
            }
            tables.pollFirstEntry();
        }
        var table = new Table(kind, ByteBuffer.wrap(bytes), new boolean[1]);
        tables.put(offset, table);
        return table;
    }

    /// {@return whether there was anything to write}
    boolean writeDirty(Kind kind) throws IOException {
        boolean any = false;
        for (var entry : tables.entrySet()) {
            Table table = entry.getValue();
            if (table.kind == kind && table.dirty[0]) {
                file.write(entry.getKey(), table.bytes.array());
                table.dirty[0] = false;
                any = true;
            }
        }
        return any;
    }
}
