package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskRange;
import dev.vmexit.disk.ImageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Changes what a guest cluster is. The holder of the metadata's lock may call.
final class ClusterWriter {
    private final ImageFile file;
    private final Header header;
    private final Metadata metadata;
    private final ClusterReader reader;
    private final boolean hasBacking;

    ClusterWriter(ImageFile file, Header header, Metadata metadata, ClusterReader reader,
            boolean hasBacking) {
        this.file = file;
        this.header = header;
        this.metadata = metadata;
        this.reader = reader;
        this.hasBacking = hasBacking;
    }

    /// {@return where in the file this byte of the disk may be overwritten; -1 if it has no place
    /// of its own}
    long placeToOverwrite(long offset) throws IOException {
        metadata.requireSound();
        long entry = metadata.map().get(offset >>> header.clusterBits());
        if (!L2Entry.isWritable(entry)) {
            return -1;
        }
        if (L2Entry.hostOffset(entry) > file.sizeBytes()) {
            throw new CorruptImage(file.name(),
                    "a cluster is mapped to 0x%x, behind the end of the file"
                            .formatted(L2Entry.hostOffset(entry)));
        }
        metadata.refuseOverlap(L2Entry.hostOffset(entry), null);
        return L2Entry.hostOffset(entry) + (offset & header.clusterBytes() - 1);
    }

    /// Writes into a new cluster, with the old content around it.
    ///
    /// The data is in the file before anything refers to it. What is behind the end of the disk is
    /// zeroed, not copied: the disk may grow. Ends with [Metadata#commitIfMuchIsPending].
    ///
    /// @param part what the guest writes, inside one cluster
    /// @param diskBytes where the disk ends
    /// @throws IOException if the file has no room; then the cluster is what it was, and the new
    /// one is free again
    // tag::dev-15[]
    void allocateAndWrite(long offset, MemorySegment part, long diskBytes) throws IOException {
        // tag::solution[]
        long cluster = offset >>> header.clusterBits();
        long start = cluster << header.clusterBits();
        metadata.map().prepare(cluster);
        long old = metadata.map().get(cluster);
        // tag::doc-cow[]
        MemorySegment whole = part;
        if (part.byteSize() < header.clusterBytes()) {
            whole = MemorySegment.ofArray(new byte[header.clusterBytes()]);
            long onDisk = Math.min(header.clusterBytes(), Math.max(0, diskBytes - start));
            reader.read(old, start, whole.asSlice(0, onDisk));
            whole.asSlice(offset - start, part.byteSize()).copyFrom(part);
        }
        long host = metadata.allocate(1);
        try {
            file.write(host, whole);
        } catch (IOException full) {
            metadata.cancel(host);
            throw full;
        }
        metadata.map().set(cluster, host | L2Entry.COPIED);
        metadata.freeEntry(old);
        // end::doc-cow[]
        metadata.commitIfMuchIsPending();
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-15", "copy, change, write to a new cluster, and only then map it");
        // end::stub[]
    }
    // end::dev-15[]

    /// Makes a whole cluster zero without writing zeros.
    ///
    /// @return whether the format can say that
    boolean makeZero(long offset, boolean mayUnmap) throws IOException {
        metadata.requireSound();
        long cluster = offset >>> header.clusterBits();
        long old = metadata.map().get(cluster);
        if (isZero(old) && (mayUnmap || L2Entry.hostOffset(old) == 0)) {
            freeZero(cluster, old);
            return true;
        }
        boolean keep = !mayUnmap && L2Entry.hostOffset(old) != 0;
        if (header.version() < 3 && (hasBacking || keep)) {
            return false;
        }
        replace(cluster, old, keep ? old | L2Entry.ZERO : nothing());
        return true;
    }

    /// A zero cluster that holds a place gives it up.
    private void freeZero(long cluster, long old) throws IOException {
        if (L2Entry.hostOffset(old) != 0) {
            replace(cluster, old, nothing());
        }
    }

    private boolean isZero(long entry) {
        return L2Entry.isZero(entry) || !hasBacking && L2Entry.isUnallocated(entry);
    }

    private long nothing() {
        return hasBacking ? L2Entry.ZERO : 0;
    }

    private void replace(long cluster, long old, long entry) throws IOException {
        metadata.map().prepare(cluster);
        metadata.map().set(cluster, entry);
        if (L2Entry.hostOffset(entry) == 0) {
            metadata.freeEntry(old);
        }
        metadata.commitIfMuchIsPending();
    }

    /// Writes zeros into a part of a cluster, unless it is zero.
    void writeZeros(long offset, long lengthBytes, long diskBytes) throws IOException {
        metadata.requireSound();
        if (isZero(metadata.map().get(offset >>> header.clusterBits()))) {
            return;
        }
        long host = placeToOverwrite(offset);
        if (host < 0) {
            allocateAndWrite(offset, MemorySegment.ofArray(new byte[(int) lengthBytes]), diskBytes);
            return;
        }
        MemorySegment zeros = DiskRange.ZEROS;
        for (long done = 0; done < lengthBytes; done += zeros.byteSize()) {
            file.write(host + done,
                    zeros.asSlice(0, Math.min(zeros.byteSize(), lengthBytes - done)));
        }
    }

    /// Frees a whole cluster if the format can say that it is zero then.
    void discard(long offset) throws IOException {
        metadata.requireSound();
        long cluster = offset >>> header.clusterBits();
        long old = metadata.map().get(cluster);
        boolean holds = L2Entry.isCompressed(old) || L2Entry.hostOffset(old) != 0;
        if (holds && (header.version() >= 3 || !hasBacking)) {
            replace(cluster, old, nothing());
        }
    }

    /// Zeroes from the old end of the disk to the end of the backing file, before the disk grows
    /// over it; and the rest of the old last cluster.
    void hideBacking(long from, long to, long newBytes) throws IOException {
        long toEndOfCluster = -from & header.clusterBytes() - 1;
        long first = Math.min(toEndOfCluster, newBytes - from);
        if (first > 0) {
            writeZeros(from, first, from);
        }
        for (long at = from + toEndOfCluster; at < to; at += header.clusterBytes()) {
            if (!makeZero(at, true)) {
                writeZeros(at, Math.min(header.clusterBytes(),
                        Math.max(Disk.SECTOR_BYTES, newBytes - at)), at);
            }
        }
    }
}
