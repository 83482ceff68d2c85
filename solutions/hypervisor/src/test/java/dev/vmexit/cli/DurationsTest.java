package dev.vmexit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DurationsTest {
    @Test
    void sizes_have_units_and_a_number_alone_is_MiB() {
        assertThat(Durations.bytes("512M")).isEqualTo(512L << 20);
        assertThat(Durations.bytes("2G")).isEqualTo(2L << 30);
        assertThat(Durations.bytes("2GiB")).isEqualTo(2L << 30);
        assertThat(Durations.bytes("65536k")).isEqualTo(64L << 20);
        assertThat(Durations.bytes("3")).isEqualTo(3L << 20);
        assertThatThrownBy(() -> Durations.bytes("1T")).hasMessageContaining("no size");
    }

    @Test
    void times_have_units_and_a_number_alone_is_seconds() {
        assertThat(Durations.parse("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(Durations.parse("2m")).isEqualTo(Duration.ofMinutes(2));
        assertThat(Durations.parse("7")).isEqualTo(Duration.ofSeconds(7));
        assertThatThrownBy(() -> Durations.parse("1h")).hasMessageContaining("no time");
    }
}
