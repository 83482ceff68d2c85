package dev.vmexit.disk.qcow2;

/// The 8 bytes that say where a guest cluster is.
///
/// ```
///  bit 63 COPIED: the host cluster's refcount is exactly 1
///  bit 62 COMPRESSED
///  standard:    bits 9-55 host offset, bit 0 ZERO: reads as zeros, whatever the offset
///  compressed:  bits 0 to x-1 host offset, x to 61 further sectors, x = 62 - (cluster_bits - 8)
/// ```
///
/// @spec https://www.qemu.org/docs/master/interop/qcow2.html QEMU, qcow2 Image File Format, "Cluster mapping"
final class L2Entry {
    // tag::doc-bits[]
    static final long COPIED = 1L << 63;
    static final long COMPRESSED = 1L << 62;
    static final long ZERO = 1L << 0;
    static final long OFFSET = 0x00FF_FFFF_FFFF_FE00L;
    // end::doc-bits[]
    private static final long RESERVED = 0x3F00_0000_0000_01FEL;
    private static final long L1_RESERVED = 0x7F00_0000_0000_01FFL;

    private L2Entry() {}

    static boolean isCompressed(long entry) {
        return (entry & COMPRESSED) != 0;
    }

    static boolean isZero(long entry) {
        return !isCompressed(entry) && (entry & ZERO) != 0;
    }

    /// {@return the host cluster that a standard entry holds, for data or for later; or 0}
    static long hostOffset(long entry) {
        return isCompressed(entry) ? 0 : entry & OFFSET;
    }

    /// {@return whether the cluster is neither here nor known to be zeros}
    static boolean isUnallocated(long entry) {
        return !isCompressed(entry) && !isZero(entry) && hostOffset(entry) == 0;
    }

    // tag::doc-writable[]
    /// {@return whether data may be written where it is}
    static boolean isWritable(long entry) {
        return (entry & (COPIED | COMPRESSED | ZERO)) == COPIED && hostOffset(entry) != 0;
    }
    // end::doc-writable[]

    static long compressedOffset(long entry, int clusterBits) {
        return entry & (1L << offsetBits(clusterBits)) - 1;
    }

    /// {@return the bytes from the offset to the end of the last sector}
    static int compressedBytes(long entry, int clusterBits) {
        int bits = offsetBits(clusterBits);
        int sectors = (int) (entry >>> bits & (1L << 62 - bits) - 1) + 1;
        return sectors * 512 - (int) (compressedOffset(entry, clusterBits) & 511);
    }

    private static int offsetBits(int clusterBits) {
        return 62 - (clusterBits - 8);
    }

    /// {@return what is wrong with an entry of an L2 table, or null}
    static String problem(long entry, Header header) {
        if (isCompressed(entry)) {
            boolean far = compressedOffset(entry, header.clusterBits()) >>> 56 != 0;
            return (entry & COPIED) != 0
                    ? "a compressed cluster has the COPIED flag"
                    : far ? "a compressed cluster is beyond 2^56" : null;
        } else if ((entry & RESERVED) != 0) {
            return "reserved bits are set";
        } else if ((hostOffset(entry) & header.clusterBytes() - 1) != 0) {
            return "its host cluster is not aligned";
        } else if (isZero(entry) && header.version() < 3) {
            return "version 2 has no zero clusters";
        }
        return null;
    }

    static String problemOfL1(long entry, Header header) {
        if ((entry & L1_RESERVED) != 0) {
            return "reserved bits are set";
        }
        return (entry & OFFSET & header.clusterBytes() - 1) != 0
                ? "its L2 table is not aligned"
                : null;
    }
}
