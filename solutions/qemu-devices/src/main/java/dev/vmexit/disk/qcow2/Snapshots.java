package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.DiskRange;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The snapshots inside an image that no [Qcow2Disk] has open.
///
/// A snapshot is named by its name or, if no name fits, by its id.
public final class Snapshots {
    private static final int MOST_NAME_BYTES = 255;

    private final ImageFile file;

    /// @throws DiskFailure if the image cannot be used
    public Snapshots(ImageFile file) {
        this.file = file;
        Header header = Header.read(file);
        if (!file.readOnly() && (header.dirty() || header.corrupt())) {
            throw new DiskFailure(file.name() + " is marked "
                    + (header.corrupt() ? "corrupt" : "dirty")
                    + "; repair it first, with qemu-img check -r all");
        }
    }

    public List<Snapshot> list() throws IOException {
        return SnapshotTable.read(file, Header.read(file));
    }

    /// Keeps the disk as it is. The active L1 table becomes the snapshot's.
    public void create(String name, Instant now) throws IOException {
        Header header = startToWrite();
        var snapshots = new ArrayList<>(list());
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MOST_NAME_BYTES) {
            throw new DiskFailure("a snapshot's name has 1 to 255 bytes, not " + length);
        } else if (snapshots.stream().anyMatch(s -> s.name().equals(name))) {
            throw new DiskFailure(file.name() + " has a snapshot called " + name + " already");
        } else if (snapshots.size() == HeaderReader.MOST_SNAPSHOTS) {
            throw new DiskFailure(file.name() + " cannot have more than "
                    + HeaderReader.MOST_SNAPSHOTS + " snapshots; delete one");
        }
        snapshots.add(new Snapshot(freeId(snapshots), name, now, header.sizeBytes(), header.l1(),
                new byte[12], new byte[16]));
        new NewTables(file, header).install(header.sizeBytes(), entries(header.l1()), snapshots);
    }

    private static String freeId(List<Snapshot> snapshots) {
        int id = 1;
        while (has(snapshots, Integer.toString(id))) {
            id++;
        }
        return Integer.toString(id);
    }

    private static boolean has(List<Snapshot> snapshots, String id) {
        return snapshots.stream().anyMatch(s -> s.id().equals(id));
    }

    /// Makes the disk what it was, its size too. What it is now is lost, unless a snapshot has it.
    public void apply(String name) throws IOException {
        Header header = startToWrite();
        List<Snapshot> snapshots = list();
        Snapshot snapshot = find(snapshots, name);
        if (snapshot.diskBytes() < 0 || snapshot.diskBytes() % 512 != 0) {
            throw new CorruptImage(file.name(), "snapshot " + name + " has an impossible size");
        }
        new NewTables(file, header).install(snapshot.diskBytes(), entries(snapshot.l1()),
                snapshots);
    }

    public void delete(String name) throws IOException {
        Header header = startToWrite();
        List<Snapshot> snapshots = list();
        Snapshot snapshot = find(snapshots, name);
        List<Snapshot> rest = snapshots.stream().filter(s -> s != snapshot).toList();
        new NewTables(file, header).install(header.sizeBytes(), entries(header.l1()), rest);
    }

    private Header startToWrite() throws IOException {
        DiskRange.checkWritable(file);
        Header header = Header.read(file);
        if (header.autoclear() != 0) {
            Header.writeLong(file, Header.AUTOCLEAR, 0);
            file.flush();
        }
        return header;
    }

    private Snapshot find(List<Snapshot> snapshots, String name) {
        return snapshots.stream().filter(s -> s.name().equals(name)).findFirst()
                .or(() -> snapshots.stream().filter(s -> s.id().equals(name)).findFirst())
                .orElseThrow(() -> new DiskFailure(
                        file.name() + " has no snapshot called " + name));
    }

    private long[] entries(Table l1) throws IOException {
        return Refcounts.longs(file, l1.offset(), l1.count());
    }
}
