package dev.vmexit.disk;

import java.io.IOException;

/// Whether a file's flushes can still be believed.
///
/// When `fsync` fails, the kernel forgets which pages it could not write, and the next `fsync` may
/// succeed without them. So after one failure all fail, until the file is opened again.
///
/// @spec https://man7.org/linux/man-pages/man2/fsync.2.html Linux man-pages, fsync(2), "ERRORS", EIO
final class Durability {
    /// What makes a file durable, and may fail.
    @FunctionalInterface
    interface Sync {
        void sync() throws IOException;
    }

    private final String name;
    private final Sync sync;
    private IOException failure;

    /// @param name what messages call the file
    Durability(String name, Sync sync) {
        this.name = name;
        this.sync = sync;
    }

    /// One at a time: the kernel reports a failure to one caller only, and another at the same time
    /// would miss it.
    ///
    /// @throws IOException if this or an earlier one failed
    synchronized void sync() throws IOException {
        if (failure != null) {
            throw new IOException(name + " cannot be flushed since a flush failed ("
                    + failure.getMessage() + "); what was written since the last good one may be "
                    + "lost: stop, look at the host's disk, and open the file again", failure);
        }
        try {
            sync.sync();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }
}
