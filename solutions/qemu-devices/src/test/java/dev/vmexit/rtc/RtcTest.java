package dev.vmexit.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RtcTest {
    private final Rtc rtc = new Rtc(Clock.fixed(Instant.parse("2031-12-28T23:59:48Z"),
            ZoneOffset.ofHours(9)), _ -> {}, (_, _) -> {});

    private long register(int index) {
        rtc.write(0, 1, index);
        return rtc.read(1, 1);
    }

    @Test
    void the_time_is_UTC_in_BCD() {
        assertThat(register(0x00)).as("seconds").isEqualTo(0x48);
        assertThat(register(0x02)).as("minutes").isEqualTo(0x59);
        assertThat(register(0x04)).as("hours").isEqualTo(0x23);
        assertThat(register(0x06)).as("day of the week, Sunday").isEqualTo(0x01);
        assertThat(register(0x07)).as("day").isEqualTo(0x28);
        assertThat(register(0x08)).as("month").isEqualTo(0x12);
        assertThat(register(0x09)).as("year").isEqualTo(0x31);
        assertThat(register(0x32)).as("century").isEqualTo(0x20);
    }

    @Test
    void status_says_24_hours_and_a_good_battery_and_never_an_update() {
        assertThat(register(0x0A) & 0x80).as("UIP").isZero();
        assertThat(register(0x0B) & 0x06).as("24 hours, BCD").isEqualTo(0x02);
        assertThat(register(0x0D)).as("VRT").isEqualTo(0x80);
    }

    @Test
    void the_rest_is_memory_and_bit_7_of_the_index_is_not_part_of_it() {
        rtc.write(0, 1, 0x40);
        rtc.write(1, 1, 0x77);
        assertThat(register(0xC0)).isEqualTo(0x77);
    }

    @Test
    void setting_the_clock_is_ignored() {
        rtc.write(0, 1, 0x04);
        rtc.write(1, 1, 0x11);
        assertThat(register(0x04)).isEqualTo(0x23);
    }
}
