package dev.vmexit.net.user.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IslandsTest {
    private final Islands islands = new Islands();

    @Test
    void islands_that_touch_or_overlap_are_one() {
        islands.add(10, 20);
        islands.add(40, 50);
        assertThat(islands.size()).isEqualTo(2);
        islands.add(20, 30);
        assertThat(islands.skip(10)).isEqualTo(30);
        islands.add(25, 45);
        assertThat(islands.size()).isEqualTo(1);
        assertThat(islands.skip(10)).isEqualTo(50);
        assertThat(islands.end()).isEqualTo(50);
    }

    @Test
    void a_position_is_on_an_island_from_its_first_to_its_last() {
        islands.add(10, 20);
        assertThat(islands.startAround(9)).isEqualTo(-1);
        assertThat(islands.startAround(10)).isEqualTo(10);
        assertThat(islands.startAround(19)).isEqualTo(10);
        assertThat(islands.startAround(20)).isEqualTo(-1);
        assertThat(islands.distance(4)).isEqualTo(6);
        assertThat(islands.distance(10)).as("to the next one").isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void removeUpTo_answers_how_far_the_row_is_without_a_gap() {
        islands.add(10, 20);
        islands.add(30, 40);
        assertThat(islands.removeUpTo(9)).isEqualTo(9);
        assertThat(islands.removeUpTo(10)).isEqualTo(20);
        assertThat(islands.size()).isEqualTo(1);
        assertThat(islands.removeUpTo(50)).isEqualTo(50);
        assertThat(islands.isEmpty()).isTrue();
    }
}
