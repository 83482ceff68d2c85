package dev.vmexit.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.List;

/// What of the host a machine holds: heap that is in use, descriptors, threads.
///
/// @param heapBytes after a collection
/// @param descriptors open files and sockets; 0 where `/proc` does not tell
/// @param threads of devices and networks
record HostResources(long heapBytes, int descriptors, int threads) {
    /// A machine's disks, queues and network tables are far below this.
    private static final long MORE_HEAP_BYTES = 64 << 20;
    /// The network's tables are full then, and this much is around them.
    private static final int MORE_DESCRIPTORS = 512 + 256 + 64 + 32;
    /// One a virtio device, one for the network.
    private static final int MOST_THREADS = 6;
    /// The server keeps some connections for a while.
    private static final int SERVER_DESCRIPTORS = 32;
    private static final List<String> NAMES = List.of("virtio ", "user network");

    static HostResources now() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return new HostResources(runtime.totalMemory() - runtime.freeMemory(), openDescriptors(),
                deviceThreads());
    }

    private static int openDescriptors() {
        String[] names = new File("/proc/self/fd").list();
        return names == null ? 0 : names.length;
    }

    private static int deviceThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> NAMES.stream().anyMatch(name::startsWith)).count();
    }

    /// @param before when no machine was there
    void areBoundedAtWork(HostResources before) {
        assertThat(heapBytes).as("heap").isLessThan(before.heapBytes + MORE_HEAP_BYTES);
        assertThat(descriptors).as("descriptors")
                .isLessThan(before.descriptors + MORE_DESCRIPTORS);
        assertThat(threads).as("threads").isLessThanOrEqualTo(before.threads + MOST_THREADS);
    }

    void areGivenBack(HostResources before) {
        assertThat(heapBytes).as("heap").isLessThan(before.heapBytes + MORE_HEAP_BYTES / 4);
        assertThat(descriptors).as("descriptors")
                .isLessThan(before.descriptors + SERVER_DESCRIPTORS);
        assertThat(threads).as("threads").isEqualTo(before.threads);
    }
}
