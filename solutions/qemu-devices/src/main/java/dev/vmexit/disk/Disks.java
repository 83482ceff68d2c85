package dev.vmexit.disk;

import dev.vmexit.disk.qcow2.Header;
import dev.vmexit.disk.qcow2.Qcow2Disk;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// Opens disks, with the backing files behind them.
///
/// A backing file is opened read-only, in the format that the image's header names; a header that
/// names none is refused, because guessing lets a guest choose which of the host's files it reads.
public final class Disks {
    static final int DEEPEST = 64;

    private final Set<Object> chain = new HashSet<>();

    private Disks() {}

    /// {@return a disk in the format that the file's content shows}
    ///
    /// @throws DiskFailure if it cannot be opened; one sentence says why
    public static Disk open(Path path, boolean readOnly) {
        return new Disks().open(path, null, readOnly);
    }

    /// @throws DiskFailure if it cannot be opened; one sentence says why
    public static Disk openAs(Path path, ImageFormat format, boolean readOnly) {
        return new Disks().open(path, format, readOnly);
    }

    private Disk open(Path path, ImageFormat format, boolean readOnly) {
        if (!chain.add(HostFile.keyOf(path))) {
            throw new DiskFailure(path + " is its own backing file, through "
                    + (chain.size() - 1) + " others");
        } else if (chain.size() > DEEPEST) {
            throw new DiskFailure(path + " stands behind " + DEEPEST
                    + " others in a chain of backing files; more are not opened");
        }
        HostFile file = HostFile.open(path, readOnly);
        try {
            ImageFormat found = format != null ? format : ImageFormat.byContent(file);
            Disk disk = switch (found) {
                case RAW -> RawDisk.of(file, format == null);
                case QCOW2 -> qcow2(path, file);
            };
            file = null;
            return disk;
        } catch (IOException e) {
            throw new DiskFailure(path + " cannot be read: " + e.getMessage());
        } finally {
            closeQuietly(file);
        }
    }

    private Disk qcow2(Path path, HostFile file) {
        Header header = Header.read(file);
        Disk backing = header.backing() == null
                ? null
                : open(backingPath(path, header.backing().name()), formatOf(path, header), true);
        try {
            Disk disk = Qcow2Disk.open(file, backing);
            backing = null;
            return disk;
        } finally {
            closeQuietly(backing);
        }
    }

    /// {@return where a backing file is: a relative name begins where the image is}
    public static Path backingPath(Path image, String name) {
        String plain = name.startsWith("file:") ? name.substring("file:".length()) : name;
        try {
            if (!plain.matches("[A-Za-z0-9+.-]+:.*")) {
                return image.resolveSibling(plain);
            }
        } catch (InvalidPathException e) {
            throw new DiskFailure(image + ": the name of its backing file is no path: "
                    + e.getReason());
        }
        throw new DiskFailure(image + " has the backing file " + name
                + "; only files of this host are supported");
    }

    private static ImageFormat formatOf(Path path, Header header) {
        String format = header.backing().format();
        if (format == null) {
            throw new DiskFailure(path + " does not say which format its backing file "
                    + header.backing().name() + " has; write it into the header with "
                    + "qemu-img rebase -u -F FORMAT");
        }
        return ImageFormat.named(format).orElseThrow(() -> new DiskFailure(
                path + " has a backing file in the format " + format
                        + "; raw and qcow2 are supported"));
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception ignored) {
            // It was opened in vain, and the reason is on its way.
        }
    }
}
