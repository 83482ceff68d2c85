package dev.vmexit.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RtcTimerTest {
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    @Test
    void only_what_it_was_told_last_is_done() throws Exception {
        var first = new AtomicBoolean();
        var second = new CompletableFuture<Thread>();
        try (var timer = new RtcTimer()) {
            timer.accept(() -> first.set(true), HOUR);
            timer.accept(() -> second.complete(Thread.currentThread()), 0);
            assertThat(second.get().isDaemon()).isTrue();
        }
        assertThat(first).isFalse();
    }

    @Test
    void closing_it_waits_for_what_is_being_done_and_calls_the_rest_off() throws Exception {
        var begun = new CompletableFuture<Void>();
        var done = new AtomicBoolean();
        var timer = new RtcTimer();
        timer.accept(() -> {
            begun.complete(null);
            timer.accept(() -> done.set(false), HOUR);
            done.set(true);
        }, 0);
        begun.get();
        timer.close();
        assertThat(done).isTrue();
        timer.accept(() -> done.set(false), 0);
        assertThat(done).as("after the end, nothing").isTrue();
    }
}
