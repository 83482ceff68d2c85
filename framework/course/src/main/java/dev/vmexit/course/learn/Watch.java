package dev.vmexit.course.learn;

import dev.vmexit.course.CourseException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Waits until something below a directory changes.
///
/// Directories are watched, not files: an editor may write a new file and rename it over the old
/// one. Where the system's notices do not arrive (network file systems, some containers) it looks
/// itself, once a second.
public final class Watch implements AutoCloseable {
    private static final long DEBOUNCE_MILLIS = 200;

    private final Path root;
    private final WatchService service;
    private volatile boolean poll;
    private long lastSeen;

    public Watch(Path root, boolean poll) {
        this.root = root;
        this.poll = poll;
        try {
            this.service = FileSystems.getDefault().newWatchService();
            register();
        } catch (IOException e) {
            throw new CourseException(root + " cannot be watched: " + e.getMessage());
        }
        this.lastSeen = newest();
    }

    private void register() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path directory : all.filter(Files::isDirectory).toList()) {
                directory.register(service, StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_DELETE);
            }
        }
    }

    public void poll() {
        poll = true;
    }

    /// {@return whether something changed} It comes back after at most a second either way.
    public boolean changed() throws InterruptedException {
        WatchKey key = service.poll(1, TimeUnit.SECONDS);
        boolean changed = key != null || poll && newest() != lastSeen;
        while (key != null) {
            key.pollEvents();
            key.reset();
            // One save is often several events; they are taken together.
            key = service.poll(DEBOUNCE_MILLIS, TimeUnit.MILLISECONDS);
        }
        lastSeen = newest();
        return changed;
    }

    private long newest() {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).mapToLong(f -> f.toFile().lastModified())
                    .max().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            throw new CourseException("the watch on " + root + " did not end: " + e.getMessage());
        }
    }
}
