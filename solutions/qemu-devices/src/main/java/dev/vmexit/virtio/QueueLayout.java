package dev.vmexit.virtio;

/// Where a queue is.
///
/// @param size entries: a power of two
/// @param mostEntries what the device offered: the longest indirect table
/// @param descriptors the guest-physical address of the descriptors
/// @param available that of what the driver offers
/// @param used that of what the device gives back
record QueueLayout(int size, int mostEntries, long descriptors, long available, long used) {
    /// @throws DriverMistake if an area does not begin where its kind may
    void requireAligned() {
        require(descriptors, 16);
        require(available, 2);
        require(used, 4);
    }

    private static void require(long start, int alignment) {
        if (start % alignment != 0) {
            throw new DriverMistake("a queue's area at 0x%x, not a multiple of %d"
                    .formatted(start, alignment));
        }
    }
}
