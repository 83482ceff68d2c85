package dev.vmexit.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class Dev04ClockTest {
    private static final long FROM_2001_ON = 978_307_200;

    private static Rtc at(Instant now) {
        return new Rtc(Clock.fixed(now, ZoneOffset.ofHours(9)), high -> {}, (action, nanos) -> {});
    }

    private static void write(Rtc rtc, int index, int value) {
        rtc.write(0, 1, index);
        rtc.write(1, 1, value);
    }

    private static int read(Rtc rtc, int index) {
        rtc.write(0, 1, index);
        return (int) rtc.read(1, 1);
    }

    /// {@return century, year, month, day, hours, minutes, seconds as the guest reads them}
    private static String time(Rtc rtc) {
        var bytes = new StringBuilder();
        for (int index : new int[]{0x32, 0x09, 0x08, 0x07, 0x04, 0x02, 0x00}) {
            bytes.append("%02x".formatted(read(rtc, index)));
        }
        return bytes.toString();
    }

    @Test
    @Graded(exercise = "dev-04", id = "dev-04.time", points = 2)
    void the_registers_tell_the_time_in_UTC_and_in_BCD() {
        Instant last = Instant.parse("2031-12-28T23:59:48Z");
        assertThat(time(at(last))).as("registers 32 09 08 07 04 02 00 on %s", last)
                .isEqualTo("20311228235948");
        long seconds = Integer.toUnsignedLong(Seed.word("dev-04").hashCode());
        Instant any = Instant.ofEpochSecond(FROM_2001_ON + seconds % 3_000_000_000L);
        String expected = DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT)
                .withZone(ZoneOffset.UTC).format(any);
        assertThat(time(at(any))).as("registers 32 09 08 07 04 02 00 on %s", any)
                .isEqualTo(expected);
        assertThat(read(at(last), 0x06)).as("day of the week, a Sunday").isEqualTo(1);
        assertThat(read(at(Instant.parse("2031-12-27T12:00:00Z")), 0x06))
                .as("day of the week, a Saturday").isEqualTo(7);
    }

    @Test
    @Graded(exercise = "dev-04", id = "dev-04.memory", points = 1)
    void the_rest_is_memory_and_the_time_cannot_be_set() {
        Rtc rtc = at(Instant.parse("2031-12-28T23:59:48Z"));
        write(rtc, 0x40, 0x77);
        write(rtc, 0x7F, 0xEE);
        write(rtc, 0x04, 0x11);
        assertThat(read(rtc, 0xC0)).as("index 0xc0: bit 7 masks NMI, byte 0x40 is meant")
                .isEqualTo(0x77);
        assertThat(rtc.read(0, 1)).as("the index, read back from port 0x70").isEqualTo(0x40);
        assertThat(read(rtc, 0x7F)).as("byte 0x7f, the last one").isEqualTo(0xEE);
        assertThat(read(rtc, 0x04)).as("hours, after the guest tried to set them")
                .isEqualTo(0x23);
    }

    @Test
    @Graded(exercise = "dev-04", id = "dev-04.status", points = 1)
    void status_says_24_hours_in_BCD_with_a_good_battery_and_nothing_pending() {
        Rtc rtc = at(Instant.EPOCH);
        write(rtc, 0x0B, 0xFF);
        assertThat("%02x %02x %02x %02x".formatted(read(rtc, 0x0A), read(rtc, 0x0B),
                read(rtc, 0x0C), read(rtc, 0x0D)))
                .as("status A, B, C and D, after the guest wrote ff to B").isEqualTo("26 72 00 80");
    }
}
