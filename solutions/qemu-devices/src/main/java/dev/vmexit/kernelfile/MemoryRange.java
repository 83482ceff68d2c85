package dev.vmexit.kernelfile;

/// Physical addresses of the guest, below 2⁶³.
///
/// @param end the first address after it; not above `start` where the range is empty
record MemoryRange(long start, long end) {
    long sizeBytes() {
        return Math.max(0, end - start);
    }

    /// {@return the larger of the two}
    MemoryRange or(MemoryRange other) {
        return other.sizeBytes() > sizeBytes() ? other : this;
    }
}
