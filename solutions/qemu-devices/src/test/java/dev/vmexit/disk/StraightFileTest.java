package dev.vmexit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.host.HostThread;
import dev.vmexit.host.SteadyThread;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a device's thread does with a file, which moves bytes without a copy.
class StraightFileTest {
    private static final int BYTES = 300_000;
    private static final int OFFSET = 12_345;

    private final byte[] random = new byte[BYTES];
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(BYTES);

    @TempDir
    private Path directory;
    private Path path;

    @BeforeEach
    void write() throws IOException {
        new Random(1).nextBytes(random);
        path = Files.write(directory.resolve("disk.raw"), new byte[OFFSET]);
    }

    @AfterEach
    void free() {
        arena.close();
    }

    private interface Task {
        void run() throws IOException;
    }

    /// What the task throws, the caller sees.
    private static void onSteadyThread(Task task) throws IOException {
        var thrown = new AtomicReference<Throwable>();
        var thread = new SteadyThread("test", () -> {
            try {
                task.run();
            } catch (IOException | RuntimeException e) {
                thrown.set(e);
            }
        });
        thread.start();
        HostThread.awaitEnd(thread, thread::interrupt);
        switch (thrown.get()) {
            case null -> {
            }
            case IOException e -> throw e;
            case Throwable e -> throw new AssertionError(e);
        }
    }

    @Test
    void what_is_written_is_in_the_file_and_is_read_back() throws IOException {
        try (HostFile file = HostFile.open(path, false)) {
            onSteadyThread(() -> {
                memory.copyFrom(MemorySegment.ofArray(random));
                file.write(OFFSET, memory);
                memory.fill((byte) 0);
                file.read(OFFSET, memory);
            });
        }
        assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(random);
        byte[] content = Files.readAllBytes(path);
        assertThat(Arrays.copyOfRange(content, OFFSET, content.length)).isEqualTo(random);
    }

    @Test
    void behind_the_end_of_the_file_are_zeros() throws IOException {
        Files.write(path, random);
        memory.fill((byte) 1);
        try (HostFile file = HostFile.open(path, true)) {
            onSteadyThread(() -> file.read(BYTES - 1000, memory));
        }
        byte[] expected = new byte[BYTES];
        System.arraycopy(random, BYTES - 1000, expected, 0, 1000);
        assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    }

    @Test
    void a_file_opened_to_read_is_not_written() throws IOException {
        try (HostFile file = HostFile.open(path, true)) {
            assertThatThrownBy(() -> onSteadyThread(() -> file.write(0, memory)))
                    .isInstanceOfAny(IOException.class, AssertionError.class);
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(new byte[OFFSET]);
    }

    @Test
    void the_file_outlives_interruptions() throws IOException {
        try (HostFile file = HostFile.open(path, false)) {
            onSteadyThread(() -> {
                for (int n = 0; n < 2000; n++) {
                    Thread.currentThread().interrupt();
                    file.write(0, memory);
                }
            });
            onSteadyThread(() -> file.read(0, memory));
            file.flush();
        }
    }
}
