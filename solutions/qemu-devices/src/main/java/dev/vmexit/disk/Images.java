package dev.vmexit.disk;

import dev.vmexit.disk.qcow2.Header;
import dev.vmexit.disk.qcow2.Header.Backing;
import dev.vmexit.disk.qcow2.Qcow2Create;
import dev.vmexit.disk.qcow2.Qcow2Disk;
import dev.vmexit.disk.qcow2.Snapshot;
import dev.vmexit.disk.qcow2.Snapshots;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is done with whole images: make, describe, copy, lengthen.
public final class Images {
    /// One look for zeros, and one cluster of a new image.
    private static final int PIECE_BYTES = 1 << Qcow2Create.CLUSTER_BITS;

    private Images() {}

    /// Makes a new file; one that exists is left alone.
    ///
    /// @param sizeBytes -1 for the backing file's
    /// @param clusterBits for qcow2
    /// @param backing null for none; a relative one is looked for where the new image is
    /// @throws DiskFailure if there can be no such image
    public static void create(Path path, ImageFormat format, long sizeBytes, int clusterBits,
            Path backing) throws IOException {
        if (format == ImageFormat.RAW && backing != null) {
            throw new DiskFailure("a raw image has no backing file; use the format qcow2");
        } else if (sizeBytes < 0 && backing == null) {
            throw new DiskFailure("how large " + path + " is to be must be said, such as 10G");
        }
        Backing named = backing == null ? null : named(path, backing);
        long size = sizeBytes >= 0 ? sizeBytes : sizeOf(path, named);
        newFile(path);
        boolean made = false;
        try (HostFile file = HostFile.open(path, false)) {
            switch (format) {
                case RAW -> createRaw(file, size);
                case QCOW2 -> Qcow2Create.create(file, size, clusterBits, named);
            }
            made = true;
        } finally {
            if (!made) {
                Files.delete(path);
            }
        }
    }

    private static void createRaw(HostFile file, long sizeBytes) throws IOException {
        if (sizeBytes % Disk.SECTOR_BYTES != 0) {
            throw new DiskFailure(sizeBytes + " bytes are no whole sectors of 512 bytes");
        }
        file.setSize(sizeBytes);
        file.flush();
    }

    private static void newFile(Path path) throws IOException {
        try {
            Files.createFile(path);
        } catch (FileAlreadyExistsException e) {
            throw new DiskFailure(path + " exists already; remove it, or choose another name");
        } catch (NoSuchFileException e) {
            throw new DiskFailure(path + " cannot be made: its directory does not exist");
        } catch (IOException e) {
            throw new DiskFailure(path + " cannot be made: " + OpenFile.reason(e));
        }
    }

    private static Backing named(Path path, Path backing) throws IOException {
        try (HostFile file = HostFile.open(Disks.backingPath(path, backing.toString()), true)) {
            return new Backing(backing.toString(), ImageFormat.byContent(file).spelling());
        }
    }

    private static long sizeOf(Path path, Backing backing) throws IOException {
        try (Disk disk = Disks.openAs(Disks.backingPath(path, backing.name()),
                ImageFormat.named(backing.format()).orElseThrow(), true)) {
            return disk.sizeBytes();
        }
    }

    /// Copies all that is not zero into an image that is new.
    public static void copyInto(Disk source, Path path, ImageFormat format) throws IOException {
        try (Disk target = Disks.openAs(path, format, false)) {
            byte[] piece = new byte[PIECE_BYTES];
            for (long at = 0; at < source.sizeBytes(); at += PIECE_BYTES) {
                MemorySegment part = MemorySegment.ofArray(piece).asSlice(0,
                        Math.min(PIECE_BYTES, source.sizeBytes() - at));
                source.read(at, part);
                if (!DiskRange.isZero(part)) {
                    target.write(at, part);
                }
            }
            target.flush();
        }
    }

    /// @param format null for what the content shows
    /// @param more whether the size is to be added
    /// @throws DiskFailure if the disk would become shorter or too long
    public static void grow(Path path, ImageFormat format, boolean more, long sizeBytes)
            throws IOException {
        try (Disk disk = format == null
                ? Disks.open(path, false)
                : Disks.openAs(path, format, false)) {
            long size = more ? disk.sizeBytes() + sizeBytes : sizeBytes;
            if (size < 0) {
                throw new DiskFailure(path + " cannot have that many bytes");
            }
            switch (disk) {
                case Qcow2Disk qcow2 -> qcow2.grow(size);
                case RawDisk raw -> raw.grow(size);
                default -> throw new IllegalStateException("no third kind: " + disk);
            }
        }
    }

    /// {@return what is known of an image, one fact a line}
    ///
    /// @param format null for what the content shows
    public static List<String> describe(Path path, HostFile file, ImageFormat format)
            throws IOException {
        ImageFormat found = format != null ? format : ImageFormat.byContent(file);
        var lines = new ArrayList<String>();
        lines.add("file: " + path);
        lines.add("format: " + found.spelling());
        lines.add("file size: " + file.sizeBytes() + " bytes");
        if (found == ImageFormat.RAW) {
            lines.add("disk size: " + file.sizeBytes() + " bytes");
        } else {
            describe(Header.read(file), lines);
            for (Snapshot snapshot : new Snapshots(file).list()) {
                lines.add("snapshot: " + snapshot.id() + " " + snapshot.name() + " "
                        + snapshot.taken());
            }
        }
        return lines;
    }

    private static void describe(Header header, List<String> lines) {
        lines.add("disk size: " + header.sizeBytes() + " bytes");
        lines.add("version: " + header.version());
        lines.add("cluster size: " + header.clusterBytes() + " bytes");
        lines.add("refcount width: " + header.refcountBits() + " bits");
        if (header.backing() != null) {
            lines.add("backing file: " + header.backing().name());
            lines.add("backing format: " + (header.backing().format() == null
                    ? "not named"
                    : header.backing().format()));
        }
        if (header.dirty()) {
            lines.add("state: dirty, the refcounts are out of date");
        } else if (header.corrupt()) {
            lines.add("state: marked corrupt");
        }
    }
}
