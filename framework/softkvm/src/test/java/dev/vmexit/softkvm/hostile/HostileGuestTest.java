package dev.vmexit.softkvm.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.Options;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// A minute here, ten in the nightly profile (`-Dvmexit.hostile.seconds=600`). A failure names its
/// seed; `-Dvmexit.hostile.seed` runs that one alone.
class HostileGuestTest {
    private static final long SECONDS = Long.getLong("vmexit.hostile.seconds", 60);
    private static final Long ONE_SEED = Long.getLong("vmexit.hostile.seed");
    private static final int RUN_MILLIS = 15;
    private static final int EXITS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int EINTR = 4;

    @Test
    void nothing_a_guest_does_breaks_out_crashes_or_holds_KVM_RUN() throws InterruptedException {
        if (ONE_SEED != null) {
            attack(ONE_SEED);
            return;
        }
        long seed = System.nanoTime();
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        int guests = 0;
        for (; System.nanoTime() < end; guests++) {
            attack(seed++);
        }
        System.out.println("hostile guests: " + guests);
        assertThat(guests).isPositive();
    }

    private static void attack(long seed) throws InterruptedException {
        var random = new Random(seed);
        boolean irqchip = random.nextBoolean();
        Options options = random.nextInt(4) == 0
                ? Options.DEFAULT
                : Options.DEFAULT.withEagerTranslation(2);
        try (var guest = new Guest(options, irqchip)) {
            new WildState(random).into(guest);
            var thrown = new AtomicReference<Throwable>();
            Thread runner = Thread.ofPlatform().start(() -> run(guest, random, thrown));
            Thread storm = Thread.ofPlatform().start(() -> interrupts(guest, runner, irqchip));
            Thread.sleep(RUN_MILLIS);
            stop(guest, runner);
            storm.interrupt();
            storm.join();
            assertThat(runner.isAlive()).as("KVM_RUN does not come back, seed " + seed).isFalse();
            assertThat(thrown.get()).as("thrown with seed " + seed).isNull();
            assertThat(guest.fencesStand()).as("memory outside changed, seed " + seed).isTrue();
        }
    }

    private static void run(Guest guest, Random random, AtomicReference<Throwable> thrown) {
        try {
            for (int n = 0; n < EXITS; n++) {
                int result = guest.run();
                if (result == -EINTR) {
                    return;
                }
                int reason = guest.exitReason();
                if (reason != 2 && reason != 6 && reason != 5) {
                    return;
                }
                guest.answer(random);
            }
        } catch (Throwable escaped) {
            thrown.set(escaped);
        }
    }

    private static void interrupts(Guest guest, Thread runner, boolean irqchip) {
        int line = 0;
        while (irqchip && runner.isAlive() && !Thread.interrupted()) {
            guest.irq(line & 15, (line & 16) == 0);
            line++;
        }
    }

    private static void stop(Guest guest, Thread runner) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (runner.isAlive() && System.nanoTime() < end) {
            guest.kernel.interrupt((int) runner.threadId());
            runner.join(5);
        }
    }
}
