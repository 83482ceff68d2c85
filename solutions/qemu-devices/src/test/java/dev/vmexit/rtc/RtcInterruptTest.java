package dev.vmexit.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The time here goes on when a test says so.
class RtcInterruptTest {
    private static final int STATUS_A = 0x0A;
    private static final int STATUS_B = 0x0B;
    private static final int STATUS_C = 0x0C;
    private static final int NO_RATE = 0;
    private static final int PIE = 0x40;
    private static final int AIE = 0x20;
    private static final int UIE = 0x10;
    private static final int IRQF = 0x80;
    private static final int PF = 0x40;
    private static final int AF = 0x20;
    private static final int UF = 0x10;

    private Instant now = Instant.parse("2031-12-28T23:59:48.250Z");
    private boolean line;
    private Runnable action;
    private long nanos = -1;

    private final InstantSource source = () -> now;
    private final Rtc rtc = new Rtc(source.withZone(ZoneOffset.UTC), high -> line = high,
            (what, after) -> {
                action = what;
                nanos = after;
            });

    private long register(int index) {
        rtc.write(0, 1, index);
        return rtc.read(1, 1);
    }

    private void register(int index, int value) {
        rtc.write(0, 1, index);
        rtc.write(1, 1, value);
    }

    private void alarm(int hours, int minutes, int seconds) {
        register(0x05, hours);
        register(0x03, minutes);
        register(0x01, seconds);
    }

    private void pass(Duration time) {
        now = now.plus(time);
        action.run();
    }

    @Test
    void an_update_ended_interrupt_comes_when_the_second_is_over() {
        register(STATUS_A, NO_RATE);
        register(STATUS_B, UIE);
        assertThat(nanos).isEqualTo(750_000_000);
        pass(Duration.ofNanos(749_999_999));
        assertThat(line).as("in the same second").isFalse();
        assertThat(nanos).isEqualTo(1);
        pass(Duration.ofNanos(1));
        assertThat(line).isTrue();
        assertThat(register(STATUS_C)).isEqualTo(IRQF | UF);
        assertThat(nanos).isEqualTo(1_000_000_000);
    }

    @Test
    void reading_register_C_clears_it_and_lowers_the_line() {
        register(STATUS_B, UIE);
        pass(Duration.ofSeconds(1));
        assertThat(nanos).as("nothing more to report").isNegative();
        register(STATUS_C);
        assertThat(line).isFalse();
        assertThat(register(STATUS_C)).isZero();
    }

    @Test
    void the_alarm_interrupts_in_its_second_and_in_no_other() {
        register(STATUS_A, NO_RATE);
        alarm(0x23, 0x59, 0x51);
        register(STATUS_B, AIE);
        pass(Duration.ofSeconds(2));
        assertThat(line).as("23:59:50").isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(line).as("23:59:51").isTrue();
        assertThat(register(STATUS_C)).isEqualTo(IRQF | AF | UF);
        pass(Duration.ofSeconds(1));
        assertThat(line).as("23:59:52").isFalse();
    }

    @Test
    void an_alarm_that_was_slept_through_is_reported() {
        alarm(0x00, 0x00, 0x00);
        register(STATUS_B, AIE);
        pass(Duration.ofSeconds(60));
        assertThat(line).isTrue();
        register(STATUS_C);
        pass(Duration.ofHours(23));
        assertThat(line).as("at 23:00:48").isFalse();
        pass(Duration.ofDays(400));
        assertThat(line).isTrue();
    }

    @Test
    void a_time_that_is_none_never_comes() {
        alarm(0x24, 0x60, 0x3A);
        register(STATUS_B, AIE);
        pass(Duration.ofDays(2));
        assertThat(line).isFalse();
    }

    /// "The don't-care code is any hexadecimal byte from C0 to FF": here, every hour at half past.
    @Test
    void a_register_from_C0_on_does_not_care() {
        alarm(0xC0, 0x30, 0xFF);
        register(STATUS_B, AIE);
        pass(Duration.ofMinutes(30));
        assertThat(line).as("00:29:48").isFalse();
        pass(Duration.ofSeconds(13));
        assertThat(line).as("00:30:01").isTrue();
    }

    @ParameterizedTest(name = "rate {0}: {1} ns")
    @CsvSource({"1, 3906250", "2, 7812500", "3, 122071", "6, 976563", "13, 125000000",
            "15, 250000000"})
    void a_periodic_interrupt_comes_at_the_rate_of_register_A(int rate, long toNext) {
        register(STATUS_A, rate);
        register(STATUS_B, PIE);
        assertThat(nanos).as("the period, rounded up; of 500 ms one half is over")
                .isEqualTo(toNext);
        pass(Duration.ofNanos(toNext - 1));
        assertThat(line).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(line).isTrue();
        assertThat(register(STATUS_C) & (IRQF | PF)).isEqualTo(IRQF | PF);
    }

    @Test
    void rate_0_is_no_rate() {
        register(STATUS_A, NO_RATE);
        register(STATUS_B, PIE);
        assertThat(nanos).isNegative();
        assertThat(register(STATUS_A)).isEqualTo(0x20);
    }

    @Test
    void what_is_not_enabled_sets_its_flag_and_interrupts_when_it_is_enabled() {
        now = now.plusSeconds(1);
        assertThat(register(STATUS_C) & (IRQF | UF)).isEqualTo(UF);
        now = now.plusSeconds(1);
        register(STATUS_B, UIE);
        assertThat(line).isTrue();
        register(STATUS_B, 0);
        assertThat(line).isFalse();
        assertThat(register(STATUS_C) & (IRQF | UF)).isEqualTo(UF);
    }

    @Test
    void when_the_hosts_clock_is_put_back_nothing_happens() {
        register(STATUS_B, UIE | AIE | PIE);
        now = now.minusSeconds(3600);
        action.run();
        assertThat(line).isFalse();
        assertThat(register(STATUS_C)).isZero();
    }
}
