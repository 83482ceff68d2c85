package dev.vmexit.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.disk.qcow2.Qcow2Check;
import dev.vmexit.host.HostThread;
import dev.vmexit.net.user.HostileFrames;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A guest of two CPUs that attacks all devices at once. A minute here, ten in the nightly profile
/// (`-Dvmexit.hostile.seconds=600`). A failure names its seed; `-Dvmexit.hostile.seed` runs that
/// one alone. Its threads run as they like, so one may need several runs.
class DeviceFuzzTest {
    private static final long SECONDS = Long.getLong("vmexit.hostile.seconds", 60);
    private static final Long ONE_SEED = Long.getLong("vmexit.hostile.seed");
    private static final int STEPS = 400;
    /// So many machines are attacked before the host's resources are first looked at.
    private static final int WARM_UP = 8;
    private static final int LOOK_EVERY = 32;
    /// Not how fast a machine has to be: what takes this long hangs.
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    private Thread.UncaughtExceptionHandler before;

    @BeforeEach
    void hearOfDyingThreads() {
        before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.add(thrown));
    }

    @AfterEach
    void stopHearing() {
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    @Test
    void nothing_a_guest_does_breaks_out_of_a_device_or_keeps_it_from_working() throws Exception {
        try (var host = new LoopbackHost()) {
            if (ONE_SEED != null) {
                watched(ONE_SEED, host, null);
                return;
            }
            long seed = System.nanoTime();
            for (int n = 0; n < WARM_UP; n++) {
                watched(seed++, host, null);
            }
            HostResources idle = HostResources.now();
            long end = System.nanoTime() + SECONDS * 1_000_000_000L;
            int machines = 0;
            for (; System.nanoTime() < end; machines++) {
                watched(seed++, host, machines % LOOK_EVERY == 0 ? idle : null);
            }
            System.out.println("hostile guests against the devices: " + machines);
            assertThat(machines).isPositive();
            HostResources.now().areGivenBack(idle);
        }
    }

    /// In a thread of its own, so that one that hangs can be told of.
    private void watched(long seed, LoopbackHost host, HostResources idle) throws Exception {
        var thrown = new AtomicReference<Throwable>();
        Thread attacker = Thread.ofPlatform().name("attacker").start(() -> {
            try {
                attack(seed, host, idle);
            } catch (Throwable escaped) {
                thrown.set(escaped);
            }
        });
        if (!attacker.join(PATIENCE)) {
            String stacks = stacks();
            attacker.interrupt();
            throw new AssertionError("hangs with seed " + seed + "\n" + stacks);
        }
        if (thrown.get() != null) {
            throw new AssertionError("thrown with seed " + seed, thrown.get());
        }
        assertThat(uncaught).as("thrown in a device's thread with seed " + seed).isEmpty();
    }

    private static String stacks() {
        return Thread.getAllStackTraces().entrySet().stream()
                .map((Map.Entry<Thread, StackTraceElement[]> e) -> e.getKey() + "\n    "
                        + Arrays.stream(e.getValue()).map(StackTraceElement::toString)
                                .collect(Collectors.joining("\n    ")))
                .collect(Collectors.joining("\n"));
    }

    private static void steps(Board board, List<Slot> slots, Random random, LoopbackHost host) {
        var attack = new Attack(board, slots, random, new HostileFrames(random, host.port()));
        for (int n = 0; n < STEPS; n++) {
            attack.step();
        }
    }

    private static void attack(long seed, LoopbackHost host, HostResources idle)
            throws IOException {
        var random = new Random(seed);
        var board = new Board(seed, host.resolver());
        try (board) {
            List<Slot> slots = List.of(new Slot(board, Board.RNG, 1),
                    new Slot(board, Board.RAW, 2), new Slot(board, Board.QCOW2, 1),
                    new Slot(board, Board.NET, 2), new Slot(board, Board.CONSOLE, 6));
            slots.forEach(Slot::place);
            slots.forEach(slot -> slot.start(0));
            Thread other = Thread.ofPlatform().name("CPU 1")
                    .start(() -> steps(board, slots, new Random(~seed), host));
            steps(board, slots, random, host);
            HostThread.awaitEnd(other);
            new Proof(board, slots, random).run();
            if (idle != null) {
                HostResources.now().areBoundedAtWork(idle);
            }
            assertThat(board.fencesStand()).as("memory outside is unchanged").isTrue();
            assertThat(board.network.faults()).as("the network's own mistakes").isZero();
        }
        assertThat(board.faults).as("what the disks told of").isEmpty();
        assertThat(Qcow2Check.run(board.qcow2File).problems()).isEmpty();
    }
}
