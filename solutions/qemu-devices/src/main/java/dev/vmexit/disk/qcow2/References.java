package dev.vmexit.disk.qcow2;

import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Header.Table;
import java.io.IOException;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/// How often each host cluster is really referred to: what the refcounts should be.
///
/// Takes 4 bytes for each cluster of the file that is used.
final class References {
    private static final int PAGE_BITS = 12;
    private static final int MOST_PAGES = 1 << 14;

    private final ImageFile file;
    private final Header header;
    private final long fileClusters;
    private final TreeMap<Long, int[]> pages = new TreeMap<>();
    private final Problems problems;

    References(ImageFile file, Header header, Problems problems) throws IOException {
        this.file = file;
        this.header = header;
        this.problems = problems;
        this.fileClusters = header.clusters(file.sizeBytes());
        change(0, 1);
    }

    long get(long cluster) {
        int[] page = pages.get(cluster >>> PAGE_BITS);
        return page == null ? 0 : page[(int) cluster & (1 << PAGE_BITS) - 1];
    }

    void change(long cluster, int by) {
        int[] page = pages.get(cluster >>> PAGE_BITS);
        if (page == null) {
            if (pages.size() == MOST_PAGES) {
                throw new DiskFailure(file.name() + " has more than "
                        + ((long) MOST_PAGES << PAGE_BITS)
                        + " clusters in use, too many to be counted here; use qemu-img");
            }
            page = new int[1 << PAGE_BITS];
            pages.put(cluster >>> PAGE_BITS, page);
        }
        page[(int) cluster & (1 << PAGE_BITS) - 1] += by;
    }

    void forEachUsed(LongConsumer action) {
        for (var page : pages.entrySet()) {
            for (int i = 0; i < 1 << PAGE_BITS; i++) {
                if (page.getValue()[i] != 0) {
                    action.accept((page.getKey() << PAGE_BITS) + i);
                }
            }
        }
    }

    /// Counts a range of the file.
    ///
    /// @return whether it is inside the file
    boolean add(long offset, long lengthBytes) {
        if (lengthBytes == 0) {
            return true;
        }
        long last = offset + lengthBytes - 1 >>> header.clusterBits();
        if (offset < 0 || last > fileClusters) {
            problems.corruption("0x%x is referred to, behind the end of the file"
                    .formatted(offset));
            return false;
        }
        for (long cluster = offset >>> header.clusterBits(); cluster <= last; cluster++) {
            change(cluster, 1);
        }
        return true;
    }

    void addTable(Table table, int entryBytes) {
        add(table.offset(), (long) table.count() * entryBytes);
    }

    /// Counts all L2 tables and all that they refer to.
    void addMapped(long[] l1) throws IOException {
        for (long entry : l1) {
            long offset = entry & L2Entry.OFFSET;
            String problem = L2Entry.problemOfL1(entry, header);
            if (problem != null) {
                problems.corruption("L1 entry 0x%x: %s".formatted(entry, problem));
            } else if (offset != 0 && add(offset, header.clusterBytes())) {
                addL2(Refcounts.longs(file, offset, 1 << header.l2Bits()));
            }
        }
    }

    private void addL2(long[] table) {
        for (long entry : table) {
            String problem = L2Entry.problem(entry, header);
            if (problem != null) {
                problems.corruption("L2 entry 0x%x: %s".formatted(entry, problem));
            } else if (L2Entry.isCompressed(entry)) {
                long offset = L2Entry.compressedOffset(entry, header.clusterBits());
                add(offset & -512, L2Entry.compressedBytes(entry, header.clusterBits())
                        + (offset & 511));
            } else if (L2Entry.hostOffset(entry) != 0) {
                add(L2Entry.hostOffset(entry), header.clusterBytes());
            }
        }
    }
}
