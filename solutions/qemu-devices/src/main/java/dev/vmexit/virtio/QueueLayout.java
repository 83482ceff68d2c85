package dev.vmexit.virtio;

/// Where a queue is.
///
/// @param size entries: a power of two
/// @param mostEntries what the device offered: the longest indirect table
/// @param descriptors the guest-physical address of the descriptors
/// @param available that of what the driver offers
/// @param used that of what the device gives back
record QueueLayout(int size, int mostEntries, long descriptors, long available, long used) {}
