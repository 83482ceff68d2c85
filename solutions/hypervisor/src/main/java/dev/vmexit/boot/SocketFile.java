package dev.vmexit.boot;

import dev.vmexit.linux.BootFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/// The name of a Unix-domain socket that this process listens on: only its owner may connect, and
/// it goes with the process.
final class SocketFile implements AutoCloseable {
    /// An address has 107 bytes on Linux; the socket is made in a directory of its own first.
    private static final int MOST_DIRECTORY_BYTES = 80;
    private static final int S_IFMT = 0xF000;
    private static final int S_IFSOCK = 0xC000;

    private final Path path;
    private final Object key;
    private final ServerSocketChannel server;
    private final Thread atExit = new Thread(this::remove, "socket file");

    private SocketFile(Path path, Object key, ServerSocketChannel server) {
        this.path = path;
        this.key = key;
        this.server = server;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /// Listens. A socket that nobody listens on any more is replaced.
    ///
    /// @throws BootFailure if something else has that name, or the socket cannot be made there
    static SocketFile listen(Path path) {
        Path absolute = path.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null || directory.toString().getBytes().length > MOST_DIRECTORY_BYTES) {
            throw new BootFailure(("no socket can be made at %s: the name of its directory has to "
                    + "have 1 to %d bytes").formatted(path, MOST_DIRECTORY_BYTES));
        }
        try {
            refuseTaken(absolute);
            return listen(absolute, Files.createTempDirectory(directory, ".p"));
        } catch (IOException e) {
            throw new BootFailure(("no socket can be made at %s: %s; look whether the directory is "
                    + "there and may be written to").formatted(path, e));
        }
    }

    private static void refuseTaken(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & S_IFMT) != S_IFSOCK) {
            throw new BootFailure(path + " is there already and is no socket; name another file");
        }
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new BootFailure("somebody listens on the socket %s already; name another file"
                    .formatted(path));
        } catch (ConnectException nobody) {
            // Left behind by a process that was killed.
        }
    }

    /// Between its making and its rights a socket is open to all; so it gets its name afterwards.
    private static SocketFile listen(Path path, Path room) throws IOException {
        Path unnamed = room.resolve("s");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(unnamed));
            server.configureBlocking(false);
            Files.setPosixFilePermissions(unnamed, PosixFilePermissions.fromString("rw-------"));
            Object key = key(unnamed);
            Files.move(unnamed, path, StandardCopyOption.ATOMIC_MOVE);
            return new SocketFile(path, key, server);
        } catch (IOException failed) {
            server.close();
            Files.deleteIfExists(unnamed);
            throw failed;
        } finally {
            Files.delete(room);
        }
    }

    private static Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    ServerSocketChannel server() {
        return server;
    }

    Path path() {
        return path;
    }

    /// Only what is still ours.
    private void remove() {
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && key.equals(key(path))) {
                Files.delete(path);
            }
        } catch (IOException e) {
            System.err.println("vmexit: the socket " + path + " is left behind: " + e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            // The process ends, and the hook runs.
        }
    }
}
