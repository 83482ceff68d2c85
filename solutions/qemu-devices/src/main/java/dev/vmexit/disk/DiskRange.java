package dev.vmexit.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// What every [Disk] asks of a request before it does anything.
public final class DiskRange {
    private DiskRange() {}

    /// @throws IllegalArgumentException if the range is not made of whole sectors inside the disk
    public static void check(long sizeBytes, long offset, long lengthBytes) {
        if (offset < 0 || lengthBytes < 0 || offset > sizeBytes
                || lengthBytes > sizeBytes - offset) {
            throw new IllegalArgumentException("%d bytes at %d are not inside a disk of %d bytes"
                    .formatted(lengthBytes, offset, sizeBytes));
        } else if (offset % Disk.SECTOR_BYTES != 0 || lengthBytes % Disk.SECTOR_BYTES != 0) {
            throw new IllegalArgumentException("%d bytes at %d are no whole sectors of %d bytes"
                    .formatted(lengthBytes, offset, Disk.SECTOR_BYTES));
        }
    }

    /// @throws IOException if nothing may be written
    public static void checkWritable(ImageFile file) throws IOException {
        if (file.readOnly()) {
            throw new IOException(file.name() + " is open read-only");
        }
    }

    public static boolean isZero(MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += ZEROS.byteSize()) {
            long length = Math.min(ZEROS.byteSize(), bytes.byteSize() - at);
            if (MemorySegment.mismatch(bytes, at, at + length, ZEROS, 0, length) >= 0) {
                return false;
            }
        }
        return true;
    }

    /// 64 KiB of zeros to write from.
    public static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[1 << 16])
            .asReadOnly();
}
