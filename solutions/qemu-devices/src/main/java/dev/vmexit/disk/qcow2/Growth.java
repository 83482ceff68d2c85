package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.ImageFile;

/// Whether a disk can become as large as asked.
final class Growth {
    private Growth() {}

    static void check(ImageFile file, Header header, long oldBytes, long newBytes) {
        if (newBytes < oldBytes) {
            throw new DiskFailure(file.name() + " has " + oldBytes + " bytes and would lose some "
                    + "with " + newBytes + "; shrinking is not supported");
        } else if (newBytes % Disk.SECTOR_BYTES != 0) {
            throw new DiskFailure(newBytes + " bytes are no whole sectors of 512 bytes");
        } else if (header.l1Entries(newBytes) * 8 > HeaderReader.MOST_L1_BYTES) {
            throw new DiskFailure(newBytes + " bytes are too many for clusters of "
                    + header.clusterBytes() + " bytes; use larger clusters");
        } else if (header.version() < 3 && header.snapshots().count() > 0) {
            throw new DiskFailure(file.name() + " has snapshots, and version 2 does not record "
                    + "their size; delete them first");
        }
    }
}
