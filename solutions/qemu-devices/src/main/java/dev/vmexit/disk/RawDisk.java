package dev.vmexit.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// An image without a format: the guest's bytes, from the first to the last.
///
/// Left out: holes. Java has no door to `fallocate` and cannot punch them, so a discard does
/// nothing and is not offered to the guest. Zeroing with leave to unmap spares what is zero
/// already, and a sparse file stays one.
public final class RawDisk implements Disk {
    private final ImageFile file;
    private volatile long sizeBytes;
    private final boolean guessed;

    private RawDisk(ImageFile file, long sizeBytes, boolean guessed) {
        this.file = file;
        this.sizeBytes = sizeBytes;
        this.guessed = guessed;
    }

    /// @throws DiskFailure if the file cannot be used; the message names it
    public static RawDisk open(Path path, boolean readOnly) {
        return of(HostFile.open(path, readOnly), false);
    }

    /// @param guessed nobody said that it is raw. A guest that writes a qcow2 header into the first
    /// sector would have it opened as that the next time, with a backing file of its own choice;
    /// that write is refused, as QEMU refuses it
    /// @throws DiskFailure if its size is no multiple of 512; the file is closed then
    static RawDisk of(ImageFile file, boolean guessed) {
        try {
            long sizeBytes = file.sizeBytes();
            if (sizeBytes % SECTOR_BYTES == 0) {
                return new RawDisk(file, sizeBytes, guessed);
            }
            file.close();
            throw new DiskFailure("%s has %d bytes, which is no multiple of %d; lengthen it to %d"
                    .formatted(file.name(), sizeBytes, SECTOR_BYTES,
                            sizeBytes + SECTOR_BYTES - sizeBytes % SECTOR_BYTES));
        } catch (IOException e) {
            throw new DiskFailure(file.name() + " cannot be read: " + e.getMessage());
        }
    }

    /// Makes the file longer; what is new are zeros.
    ///
    /// @throws DiskFailure if it would become shorter
    public void grow(long newBytes) throws IOException {
        DiskRange.checkWritable(file);
        if (newBytes < sizeBytes) {
            throw new DiskFailure(file.name() + " has " + sizeBytes + " bytes and would lose some "
                    + "with " + newBytes + "; shrinking is not supported");
        } else if (newBytes % SECTOR_BYTES != 0) {
            throw new DiskFailure(newBytes + " bytes are no whole sectors of 512 bytes");
        }
        file.setSize(newBytes);
        file.flush();
        sizeBytes = newBytes;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public boolean readOnly() {
        return file.readOnly();
    }

    // tag::doc-read[]
    @Override
    public void read(long offset, MemorySegment into) throws IOException {
        DiskRange.check(sizeBytes, offset, into.byteSize());
        file.read(offset, into);
    }
    // end::doc-read[]

    @Override
    public void write(long offset, MemorySegment from) throws IOException {
        DiskRange.check(sizeBytes, offset, from.byteSize());
        DiskRange.checkWritable(file);
        if (guessed && offset == 0) {
            writeGuarded(from);
        } else {
            file.write(offset, from);
        }
    }

    /// The first sector is copied before it is looked at: the guest may change it meanwhile.
    private void writeGuarded(MemorySegment from) throws IOException {
        long head = Math.min(SECTOR_BYTES, from.byteSize());
        MemorySegment first = MemorySegment.ofArray(new byte[(int) head])
                .copyFrom(from.asSlice(0, head));
        if (ImageFormat.startsAsQcow2(first)) {
            throw new IOException(file.name() + ": a qcow2 header in the first sector is refused "
                    + "while the format is guessed; say that it is raw");
        }
        file.write(0, first);
        if (from.byteSize() > head) {
            file.write(head, from.asSlice(head));
        }
    }

    @Override
    public void writeZeroes(long offset, long lengthBytes, boolean mayUnmap) throws IOException {
        DiskRange.check(sizeBytes, offset, lengthBytes);
        DiskRange.checkWritable(file);
        MemorySegment zeros = DiskRange.ZEROS;
        MemorySegment there = MemorySegment.ofArray(new byte[(int) zeros.byteSize()]);
        for (long at = 0; at < lengthBytes; at += zeros.byteSize()) {
            long length = Math.min(zeros.byteSize(), lengthBytes - at);
            file.read(offset + at, there.asSlice(0, length));
            if (!mayUnmap || !DiskRange.isZero(there.asSlice(0, length))) {
                file.write(offset + at, zeros.asSlice(0, length));
            }
        }
    }

    @Override
    public void discard(long offset, long lengthBytes) throws IOException {
        DiskRange.check(sizeBytes, offset, lengthBytes);
        DiskRange.checkWritable(file);
    }

    @Override
    public boolean discards() {
        return false;
    }

    @Override
    public void flush() throws IOException {
        file.flush();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
