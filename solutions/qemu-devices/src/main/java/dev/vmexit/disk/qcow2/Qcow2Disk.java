package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.DiskRange;
import dev.vmexit.disk.ImageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// A disk in a qcow2 image.
///
/// Three things keep threads apart. `gate`: requests share it, what changes the whole image has it
/// alone. The monitor of `metadata`: every look into a table, and everything that allocates. And
/// [Flights], for reads and overwrites of data, which hold no lock.
///
/// Left out: encryption, external data files, extended L2 entries, zstd. Bitmaps are not kept up,
/// and are declared invalid by the first writer, as the format wants it.
public final class Qcow2Disk implements Disk {
    private final ImageFile file;
    private final Header header;
    private final Disk backing;
    private final Metadata metadata;
    private final ClusterReader reader;
    private final ClusterWriter writer;
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private volatile long sizeBytes;
    private boolean closed;

    private Qcow2Disk(ImageFile file, Header header, Disk backing) throws IOException {
        this.file = file;
        this.header = header;
        this.backing = backing;
        this.metadata = new Metadata(file, header);
        this.reader = new ClusterReader(file, header, backing);
        this.writer = new ClusterWriter(file, header, metadata, reader, backing != null);
        this.sizeBytes = header.sizeBytes();
    }

    /// Takes over both; closing the disk closes them. If it fails they are the caller's to close.
    ///
    /// @param backing null if the header names none
    /// @throws DiskFailure if the image cannot be used like this
    public static Qcow2Disk open(ImageFile file, Disk backing) {
        Header header = Header.read(file);
        if (!file.readOnly() && (header.dirty() || header.corrupt())) {
            throw new DiskFailure(file.name() + (header.corrupt()
                    ? " is marked corrupt: open it read-only, or repair a copy of it"
                    : " was not closed and its refcounts are out of date: open it read-only, or "
                            + "repair it")
                    + " with qemu-img check -r all");
        }
        try {
            var disk = new Qcow2Disk(file, header, backing);
            if (!file.readOnly() && header.autoclear() != 0) {
                Header.writeLong(file, Header.AUTOCLEAR, 0);
                file.flush();
            }
            return disk;
        } catch (IOException e) {
            throw new DiskFailure(e instanceof CorruptImage
                    ? e.getMessage()
                    : file.name() + " cannot be read: " + e.getMessage());
        }
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public boolean readOnly() {
        return file.readOnly();
    }

    /// What is done with one cluster's part of a request.
    private interface Piece {
        void at(long offset, long done, long lengthBytes) throws IOException;
    }

    private void eachCluster(long offset, long lengthBytes, Piece piece) throws IOException {
        DiskRange.check(sizeBytes, offset, lengthBytes);
        gate.readLock().lock();
        try {
            requireOpen();
            long done = 0;
            while (done < lengthBytes) {
                long at = offset + done;
                long toEnd = header.clusterBytes() - (at & header.clusterBytes() - 1);
                long length = Math.min(toEnd, lengthBytes - done);
                piece.at(at, done, length);
                done += length;
            }
        } finally {
            gate.readLock().unlock();
        }
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public void read(long offset, MemorySegment into) throws IOException {
        eachCluster(offset, into.byteSize(), (at, done, length) -> {
            long flight;
            long entry;
            synchronized (metadata) {
                entry = metadata.map().get(at >>> header.clusterBits());
                flight = metadata.flights().begin();
            }
            try {
                reader.read(entry, at, into.asSlice(done, length));
            } finally {
                end(flight);
            }
        });
    }

    private void end(long flight) {
        synchronized (metadata) {
            metadata.flights().end(flight);
        }
    }

    @Override
    public void write(long offset, MemorySegment from) throws IOException {
        DiskRange.check(sizeBytes, offset, from.byteSize());
        DiskRange.checkWritable(file);
        eachCluster(offset, from.byteSize(), (at, done, length) -> {
            MemorySegment part = from.asSlice(done, length);
            long flight;
            long host;
            synchronized (metadata) {
                host = writer.placeToOverwrite(at);
                if (host < 0) {
                    writer.allocateAndWrite(at, part, sizeBytes);
                    return;
                }
                flight = metadata.flights().begin();
            }
            try {
                file.write(host, part);
            } finally {
                end(flight);
            }
        });
    }

    @Override
    public void writeZeroes(long offset, long lengthBytes, boolean mayUnmap) throws IOException {
        DiskRange.check(sizeBytes, offset, lengthBytes);
        DiskRange.checkWritable(file);
        eachCluster(offset, lengthBytes, (at, _, length) -> {
            synchronized (metadata) {
                if (!isWhole(at, length) || !writer.makeZero(at, mayUnmap)) {
                    writer.writeZeros(at, length, sizeBytes);
                }
            }
        });
    }

    /// The last cluster is whole when it is zeroed up to the end of the disk.
    private boolean isWhole(long at, long length) {
        return (at & header.clusterBytes() - 1) == 0
                && (length == header.clusterBytes() || at + length == sizeBytes);
    }

    @Override
    public void discard(long offset, long lengthBytes) throws IOException {
        DiskRange.check(sizeBytes, offset, lengthBytes);
        DiskRange.checkWritable(file);
        eachCluster(offset, lengthBytes, (at, _, length) -> {
            synchronized (metadata) {
                if (isWhole(at, length)) {
                    writer.discard(at);
                }
            }
        });
    }

    @Override
    public boolean discards() {
        return true;
    }

    @Override
    public void flush() throws IOException {
        gate.readLock().lock();
        try {
            requireOpen();
            commit();
        } finally {
            gate.readLock().unlock();
        }
    }

    private void commit() throws IOException {
        if (!file.readOnly()) {
            synchronized (metadata) {
                metadata.commit();
            }
        }
    }

    /// Makes the disk longer; what is new reads as zeros, whatever the backing file has there.
    ///
    /// @throws DiskFailure if that cannot be
    public void grow(long newBytes) throws IOException {
        DiskRange.checkWritable(file);
        gate.writeLock().lock();
        try {
            requireOpen();
            Growth.check(file, header, sizeBytes, newBytes);
            synchronized (metadata) {
                metadata.commit();
                metadata.map().grow((int) header.l1Entries(newBytes));
                long hidden = backing == null
                        ? sizeBytes
                        : Math.min(newBytes, backing.sizeBytes());
                writer.hideBacking(sizeBytes, hidden, newBytes);
                metadata.commit();
                Header.writeLong(file, Header.SIZE, newBytes);
                metadata.commit();
            }
            sizeBytes = newBytes;
        } finally {
            gate.writeLock().unlock();
        }
    }

    @Override
    public void close() throws IOException {
        gate.writeLock().lock();
        try (ImageFile _ = file; Disk _ = backing) {
            if (!closed) {
                closed = true;
                // The second writes the counts of what the first has freed.
                commit();
                commit();
            }
        } finally {
            gate.writeLock().unlock();
        }
    }
}
