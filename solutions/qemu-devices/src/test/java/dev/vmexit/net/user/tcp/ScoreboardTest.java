package dev.vmexit.net.user.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.user.wire.SackBlock;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreboardTest {
    /// The sign changes behind 100 bytes.
    private static final int UNA = Integer.MAX_VALUE - 100;
    private static final int MAX = UNA + 1000;

    private final Scoreboard sacked = new Scoreboard();

    private void mark(int left, int right) {
        sacked.mark(List.of(new SackBlock(UNA + left, UNA + right)), UNA, MAX);
    }

    @Test
    void holes_come_one_after_the_other_and_each_once() {
        mark(100, 200);
        mark(300, 400);
        assertThat(sacked.nextHole()).isZero();
        assertThat(sacked.holeAt(0)).isEqualTo(100);
        sacked.resent(50);
        assertThat(sacked.nextHole()).as("the rest of the first").isEqualTo(50);
        sacked.resent(100);
        assertThat(sacked.nextHole()).isEqualTo(200);
        sacked.resent(300);
        assertThat(sacked.nextHole()).as("what is behind the last island is under way")
                .isEqualTo(-1);
    }

    @Test
    void offsets_are_counted_from_SND_UNA_wherever_it_is() {
        mark(100, 200);
        mark(300, 400);
        sacked.advance(250);
        assertThat(sacked.nextHole()).isZero();
        assertThat(sacked.holeAt(0)).isEqualTo(50);
        assertThat(sacked.skip(60)).isEqualTo(150);
        assertThat(sacked.skip(20)).isEqualTo(20);
    }

    @Test
    void blocks_of_what_was_never_sent_or_is_acknowledged_say_nothing() {
        mark(-10, 5);
        mark(0, 100);
        mark(500, 1001);
        mark(300, 300);
        mark(300, 200);
        mark(Integer.MIN_VALUE, 5);
        assertThat(sacked.nextHole()).isEqualTo(-1);
        mark(500, 1000);
        assertThat(sacked.nextHole()).isZero();
    }

    @Test
    void an_island_of_every_second_byte_ends_at_a_limit() {
        for (int i = 1; i < 500; i++) {
            mark(2 * i, 2 * i + 1);
        }
        assertThat(sacked.skip(2 * 64)).as("the 64th").isEqualTo(2 * 64 + 1);
        assertThat(sacked.skip(2 * 65)).as("the 65th").isEqualTo(2 * 65);
    }

    @Test
    void what_the_guest_lacks_first_is_due_once_and_again_after_a_timeout() {
        mark(100, 200);
        assertThat(sacked.isFirstDue()).isTrue();
        sacked.resent(100);
        assertThat(sacked.isFirstDue()).isFalse();
        sacked.forget();
        assertThat(sacked.isFirstDue()).isTrue();
        assertThat(sacked.nextHole()).as("nothing is known any more").isEqualTo(-1);
    }
}
