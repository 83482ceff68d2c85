package dev.vmexit.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostThreadTest {
    @Test
    void an_interruption_does_not_shorten_the_wait_and_is_kept() {
        var mayEnd = new CountDownLatch(1);
        Thread waiter = Thread.currentThread();
        Thread awaited = Thread.ofPlatform().start(() -> {
            waiter.interrupt();
            while (waiter.isInterrupted()) {
                Thread.onSpinWait(); // until the wait has taken notice of it
            }
            mayEnd.countDown();
        });
        HostThread.awaitEnd(awaited);
        assertThat(awaited.isAlive()).isFalse();
        assertThat(mayEnd.getCount()).as("it ended by itself").isZero();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void neither_itself_nor_one_that_has_not_begun_is_waited_for() {
        HostThread.awaitEnd(Thread.currentThread());
        HostThread.awaitEnd(Thread.ofPlatform().unstarted(() -> {}));
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void a_thread_in_a_blocking_call_is_nudged_until_it_ends() {
        var nudges = new AtomicInteger();
        Thread awaited = Thread.ofPlatform().start(() -> {
            while (nudges.get() < 3) { // the first two came too early
                Thread.onSpinWait();
            }
        });
        HostThread.awaitEnd(awaited, nudges::incrementAndGet);
        assertThat(awaited.isAlive()).isFalse();
        assertThat(nudges.get()).isGreaterThanOrEqualTo(3);
    }
}
