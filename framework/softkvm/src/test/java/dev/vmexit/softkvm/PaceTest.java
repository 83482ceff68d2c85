package dev.vmexit.softkvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The clock here is turned by hand.
class PaceTest {
    private static final int HOT = 1000;
    private static final int SOONER = 250;

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
    void after_a_while_with_little_to_do_it_is_sooner() {
        begin(11);
        assertThat(later()).isEqualTo(SOONER);
    }

    @Test
    void until_enough_is_begun() {
        assertThat(later()).isEqualTo(SOONER);
        begin(11);
        assertThat(pace.threshold()).isEqualTo(SOONER);
        begin(1);
        assertThat(pace.threshold()).isEqualTo(HOT);
        assertThat(later()).as("that was enough for the next, too").isEqualTo(HOT);
        assertThat(later()).isEqualTo(SOONER);
    }

    @Test
    void and_never_at_none() {
        var eager = new Pace(1, () -> now);
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(eager.threshold()).isEqualTo(1);
    }
}
