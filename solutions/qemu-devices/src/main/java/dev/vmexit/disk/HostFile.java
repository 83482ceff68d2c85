package dev.vmexit.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;

/// A file or block device of the host, locked: one writer, or any number of readers.
///
/// The locks are `fcntl`'s, which other processes see and QEMU honours. A process loses them as
/// soon as it closes any descriptor of the file. So each file is opened once in this JVM, by
/// [OpenFile]; readers share it, and a second opener is refused before anything is opened.
///
/// @spec https://pubs.opengroup.org/onlinepubs/9799919799/functions/fcntl.html POSIX.1-2024, fcntl()
public final class HostFile implements ImageFile {
    /// By device and inode. Guarded by itself.
    private static final Map<Object, OpenFile> OPEN = new HashMap<>();
    private static final int S_IFMT = 0xF000;
    private static final int S_IFBLK = 0x6000;

    private final Path path;
    private final OpenFile file;
    private final Object key;
    private volatile boolean closed;

    private HostFile(Path path, OpenFile file, Object key) {
        this.path = path;
        this.file = file;
        this.key = key;
    }

    /// @throws DiskFailure if it is missing, a directory, not permitted, or in use; the message
    /// names it
    public static HostFile open(Path path, boolean readOnly) {
        Object key = keyOf(path);
        refuseUnusable(path, readOnly);
        synchronized (OPEN) {
            OpenFile file = OPEN.get(key);
            if (file == null) {
                file = OpenFile.open(path, readOnly);
                OPEN.put(key, file);
            } else if (!readOnly || !file.readOnly()) {
                throw new DiskFailure(path + " is in use by this program; close it there first");
            }
            file.users++;
            return new HostFile(path, file, key);
        }
    }

    /// {@return what is equal for two names of one file}
    static Object keyOf(Path path) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return attributes.fileKey() != null ? attributes.fileKey() : path.toRealPath();
        } catch (IOException e) {
            throw new DiskFailure(Files.notExists(path)
                    ? path + " does not exist"
                    : path + " cannot be opened: " + OpenFile.reason(e));
        }
    }

    private static void refuseUnusable(Path path, boolean readOnly) {
        if (Files.isDirectory(path)) {
            throw new DiskFailure(path + " is a directory; a disk is a file or a block device");
        } else if (!Files.isRegularFile(path) && !isBlockDevice(path)) {
            throw new DiskFailure(path + " is neither a file nor a block device");
        } else if (!Files.isReadable(path)) {
            throw new DiskFailure(path + " may not be read by this user");
        } else if (!readOnly && !Files.isWritable(path)) {
            throw new DiskFailure(path + " may not be written by this user; open it read-only");
        }
    }

    private static boolean isBlockDevice(Path path) {
        try {
            return ((int) Files.getAttribute(path, "unix:mode") & S_IFMT) == S_IFBLK;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
            return false;
        }
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public boolean readOnly() {
        return file.readOnly();
    }

    @Override
    public long sizeBytes() throws IOException {
        return open().sizeBytes();
    }

    @Override
    public void setSize(long sizeBytes) throws IOException {
        open().setSize(sizeBytes);
    }

    @Override
    public void read(long offset, MemorySegment into) throws IOException {
        open().read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) throws IOException {
        open().write(offset, from);
    }

    @Override
    public void flush() throws IOException {
        OpenFile open = open();
        if (!open.readOnly()) {
            open.sync();
        }
    }

    private OpenFile open() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        synchronized (OPEN) {
            if (closed) {
                return;
            }
            closed = true;
            file.users--;
            if (file.users == 0) {
                OPEN.remove(key);
                file.close();
            }
        }
    }
}
