package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.ImageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Gets guest data from where an L2 entry says it is. Needs no lock.
final class ClusterReader {
    private final ImageFile file;
    private final Header header;
    private final Disk backing;

    /// @param backing null if there is none
    ClusterReader(ImageFile file, Header header, Disk backing) {
        this.file = file;
        this.header = header;
        this.backing = backing;
    }

    /// Reads inside one cluster.
    ///
    /// @param offset where on the disk
    void read(long entry, long offset, MemorySegment into) throws IOException {
        int within = (int) (offset & header.clusterBytes() - 1);
        if (L2Entry.isCompressed(entry)) {
            byte[] cluster = inflate(entry);
            into.copyFrom(MemorySegment.ofArray(cluster).asSlice(within, into.byteSize()));
        } else if (L2Entry.isZero(entry)) {
            into.fill((byte) 0);
        } else if (L2Entry.hostOffset(entry) != 0) {
            file.read(L2Entry.hostOffset(entry) + within, into);
        } else {
            readBacking(offset, into);
        }
    }

    /// A backing file that is shorter than the disk goes on in zeros.
    private void readBacking(long offset, MemorySegment into) throws IOException {
        long there = backing == null
                ? 0
                : Math.clamp(backing.sizeBytes() - offset, 0, into.byteSize());
        if (there > 0) {
            backing.read(offset, into.asSlice(0, there));
        }
        into.asSlice(there).fill((byte) 0);
    }

    private byte[] inflate(long entry) throws IOException {
        byte[] packed = new byte[L2Entry.compressedBytes(entry, header.clusterBits())];
        long offset = L2Entry.compressedOffset(entry, header.clusterBits());
        file.read(offset, packed);
        byte[] cluster = new byte[header.clusterBytes()];
        try (var inflater = new Inflater(true)) {
            inflater.setInput(packed);
            int done = 0;
            int got = inflater.inflate(cluster);
            while (got > 0) {
                done += got;
                got = inflater.inflate(cluster, done, cluster.length - done);
            }
            if (done == cluster.length) {
                return cluster;
            }
        } catch (DataFormatException e) {
            throw new CorruptImage(file.name(),
                    "the compressed cluster at 0x%x: %s".formatted(offset, e.getMessage()));
        }
        throw new CorruptImage(file.name(),
                "the compressed cluster at 0x%x ends too early".formatted(offset));
    }
}
