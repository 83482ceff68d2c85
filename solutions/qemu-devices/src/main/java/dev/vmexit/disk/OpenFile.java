package dev.vmexit.disk;

import dev.vmexit.host.SteadyThread;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// The one descriptor and the one lock that this JVM has of a file.
///
/// An interrupted thread closes a `FileChannel` it is in. So only a [SteadyThread] uses that, and
/// moves the bytes without a copy; the others go through the `RandomAccessFile` and `bounce`, and
/// since its position is shared, they take turns. [#sync] waits for neither.
final class OpenFile {
    private static final int BOUNCE_BYTES = 1 << 16;
    private static final long MOST_BYTES = 1 << 30;

    /// How many [HostFile]s stand on it; guarded by the map they are found in.
    int users;

    private final RandomAccessFile file;
    private final boolean readOnly;
    private final Durability durability;
    private final byte[] bounce = new byte[BOUNCE_BYTES];

    private OpenFile(Path path, RandomAccessFile file, boolean readOnly) {
        this.file = file;
        this.readOnly = readOnly;
        this.durability = new Durability(path.toString(), () -> file.getFD().sync());
    }

    static OpenFile open(Path path, boolean readOnly) {
        RandomAccessFile file = null;
        try {
            file = new RandomAccessFile(path.toFile(), readOnly ? "r" : "rw");
            if (lock(file, readOnly) == null) {
                throw new DiskFailure(path + " is in use by another program; stop that first");
            }
            var open = new OpenFile(path, file, readOnly);
            file = null;
            return open;
        } catch (IOException e) {
            throw new DiskFailure(path + " cannot be opened: " + reason(e));
        } finally {
            closeQuietly(file);
        }
    }

    // tag::doc-lock[]
    private static FileLock lock(RandomAccessFile file, boolean shared) throws IOException {
        try {
            return file.getChannel().tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException here) {
            return null;
        }
    }
    // end::doc-lock[]

    private static void closeQuietly(RandomAccessFile file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException ignored) {
            // The reason why it was opened in vain is what the caller reports.
        }
    }

    /// {@return the message without the path, which the caller names}
    static String reason(IOException e) {
        return e instanceof FileSystemException f && f.getReason() != null
                ? f.getReason()
                : e.getMessage();
    }

    boolean readOnly() {
        return readOnly;
    }

    long sizeBytes() throws IOException {
        return file.length();
    }

    synchronized void setSize(long sizeBytes) throws IOException {
        file.setLength(sizeBytes);
    }

    /// What is behind the end of the file is zeros.
    void read(long offset, MemorySegment into) throws IOException {
        if (!isStraight(into)) {
            readByCopy(offset, into);
            return;
        }
        for (long done = 0; done < into.byteSize();) {
            int got = file.getChannel().read(part(into, done), offset + done);
            if (got <= 0) {
                into.asSlice(done).fill((byte) 0);
                return;
            }
            done += got;
        }
    }

    void write(long offset, MemorySegment from) throws IOException {
        if (!isStraight(from)) {
            writeByCopy(offset, from);
            return;
        }
        for (long done = 0; done < from.byteSize();) {
            done += file.getChannel().write(part(from, done), offset + done);
        }
    }

    /// Whether the host's kernel can be given this memory, here and now.
    private static boolean isStraight(MemorySegment memory) {
        return memory.isNative() && SteadyThread.isCurrent();
    }

    private static ByteBuffer part(MemorySegment memory, long from) {
        return memory.asSlice(from, Math.min(MOST_BYTES, memory.byteSize() - from)).asByteBuffer();
    }

    private synchronized void readByCopy(long offset, MemorySegment into) throws IOException {
        long done = 0;
        while (done < into.byteSize()) {
            file.seek(offset + done);
            int got = file.read(bounce, 0, (int) Math.min(BOUNCE_BYTES, into.byteSize() - done));
            if (got <= 0) {
                into.asSlice(done).fill((byte) 0);
                return;
            }
            MemorySegment.copy(bounce, 0, into, ValueLayout.JAVA_BYTE, done, got);
            done += got;
        }
    }

    private synchronized void writeByCopy(long offset, MemorySegment from) throws IOException {
        long done = 0;
        while (done < from.byteSize()) {
            int length = (int) Math.min(BOUNCE_BYTES, from.byteSize() - done);
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, done, bounce, 0, length);
            file.seek(offset + done);
            file.write(bounce, 0, length);
            done += length;
        }
    }

    void sync() throws IOException {
        durability.sync();
    }

    void close() throws IOException {
        file.close();
    }
}
