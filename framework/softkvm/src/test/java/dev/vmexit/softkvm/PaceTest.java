package dev.vmexit.softkvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The clock here is turned by hand.
class PaceTest {
    private static final int HOT = 1000;

    private long now = 5;
    private final Pace pace = new Pace(HOT, () -> now);

    private int later() {
        now += TimeUnit.MILLISECONDS.toNanos(300);
        return pace.threshold();
    }

    private void begin(int regions) {
        for (int n = 0; n < regions; n++) {
            pace.begin();
        }
    }

    @Test
    void at_first_nobody_knows_whether_there_will_be_much_to_do() {
        assertThat(pace.threshold()).isEqualTo(HOT);
    }

    @Test
    void with_little_to_do_it_is_sooner_each_time_and_not_without_end() {
        begin(Pace.MANAGED - 1);
        assertThat(later()).isEqualTo(HOT / 2);
        assertThat(later()).isEqualTo(HOT / 4);
        assertThat(later()).isEqualTo(HOT / 8);
        assertThat(later()).isEqualTo(HOT >> 4);
        assertThat(later()).isEqualTo(HOT >> 4);
    }

    @Test
    void with_what_can_be_managed_it_stays() {
        assertThat(later()).isEqualTo(HOT / 2);
        begin(Pace.MANAGED);
        assertThat(later()).isEqualTo(HOT / 2);
    }

    @Test
    void with_more_it_is_later_again() {
        later();
        assertThat(later()).isEqualTo(HOT / 4);
        begin(2 * Pace.MANAGED);
        assertThat(later()).isEqualTo(HOT / 2);
        begin(2 * Pace.MANAGED);
        assertThat(later()).isEqualTo(HOT);
        begin(2 * Pace.MANAGED);
        assertThat(later()).isEqualTo(HOT);
    }

    @Test
    void what_comes_all_at_once_is_braked_at_once() {
        assertThat(later()).isEqualTo(HOT / 2);
        begin(2 * Pace.MANAGED - 1);
        assertThat(pace.threshold()).isEqualTo(HOT / 2);
        begin(1);
        assertThat(pace.threshold()).isEqualTo(HOT);
    }

    @Test
    void and_never_at_none() {
        var eager = new Pace(1, () -> now);
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(eager.threshold()).isEqualTo(1);
    }
}
