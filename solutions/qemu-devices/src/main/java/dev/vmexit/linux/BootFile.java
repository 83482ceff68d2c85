package dev.vmexit.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that a machine starts from, read whole.
public final class BootFile {
    private static final long LARGEST_BYTES = 1L << 30;

    private BootFile() {}

    /// @throws BootFailure that names the file and says what is wrong with it
    public static byte[] read(String what, Path path) {
        if (!Files.exists(path)) {
            throw new BootFailure(what + " " + path + " does not exist");
        } else if (Files.isDirectory(path)) {
            throw new BootFailure(what + " " + path + " is a directory");
        } else if (!Files.isRegularFile(path)) {
            // Its size is not known before it is read, and /dev/zero never ends.
            throw new BootFailure(what + " " + path + " is a device or a pipe, not a file");
        } else if (!Files.isReadable(path)) {
            throw new BootFailure(what + " " + path + " may not be read by this user");
        }
        try {
            if (Files.size(path) > LARGEST_BYTES) {
                throw new BootFailure(what + " " + path + " has " + Files.size(path)
                        + " bytes; more than " + LARGEST_BYTES + " cannot be loaded");
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new BootFailure(what + " " + path + " cannot be read: " + e.getMessage());
        }
    }
}
