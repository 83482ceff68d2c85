package dev.vmexit.softkvm.irqchip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Intel 8254 data sheet, "Mode Definitions" and "Programming the 8254".
class PitTest {
    private static final int OUT = 1 << 5;

    private final Machine machine = new Machine(1);

    @BeforeEach
    void timer() {
        machine.chip.createPit(true);
        machine.redirect(0, 0x30);
    }

    private void program(int channel, int mode, int count) {
        machine.out(0x43, channel << 6 | 0x30 | mode << 1);
        machine.out(0x40 + channel, count & 0xFF, count >> 8);
    }

    private void passClocks(long clocks) {
        machine.passWithoutTick(PitRate.nanosOf(clocks));
    }

    private int count(int channel) {
        machine.out(0x43, channel << 6);
        return machine.in(0x40 + channel) | machine.in(0x40 + channel) << 8;
    }

    private boolean speakerOut() {
        return (machine.in(0x61) & OUT) != 0;
    }

    private int takeTicks() {
        int ticks = 0;
        for (int v = machine.chip.acknowledge(machine.apic(0)); v == 0x30; ticks++) {
            machine.apic(0).write(Machine.EOI, 0);
            v = machine.chip.acknowledge(machine.apic(0));
        }
        return ticks;
    }

    @Test
    void ports_belong_to_it_only_once_it_exists() {
        var bare = new Machine(1);
        assertThat(bare.chip.ownsPort(0x40)).isFalse();
        assertThat(bare.in(0x61)).isEqualTo(0xFF);
        bare.chip.createPit(false);
        assertThat(bare.chip.ownsPort(0x43)).isTrue();
        assertThat(bare.chip.ownsPort(0x61)).as("the speaker was not asked for").isFalse();
    }

    /// The rate is 1193182 Hz: a day of ticks, and not one too many.
    @Test
    void mode_2_ticks_for_a_day_without_drift() {
        program(0, 2, 11932);
        long start = machine.nanos();
        long day = 86_400_000_000_000L;
        machine.pass(day);

        assertThat(takeTicks()).isEqualTo(1);
        long ticksInADay = 86_400L * 1_193_182 / 11932;
        for (int i = 0; i < Pit.MAX_OWED + 1; i++) {
            machine.pass(machine.chip.nextDeadlineNanos() - machine.nanos());
        }
        machine.pass(machine.chip.nextDeadlineNanos() - machine.nanos());
        long ticks = Math.round((machine.nanos() - start) / (11932 / 1_193_182e-9));
        assertThat(machine.nanos() - start).isEqualTo(PitRate.nanosOf(ticks * 11932));
        assertThat(ticks).isBetween(ticksInADay + 1, ticksInADay + 5);
    }

    @Test
    void ticks_that_were_slept_through_are_made_up_for_within_bounds() {
        program(0, 2, 11932);
        machine.pass(1_001_000_000);
        int ticks = takeTicks();
        for (int i = 0; i < 12; i++) {
            machine.pass(2_600_000);
            ticks += takeTicks();
        }

        assertThat(ticks).as("3 of 31 ms, and 8 of the 100 that were due").isEqualTo(11);
    }

    @Test
    void a_count_of_one_does_not_flood_the_guest() {
        program(0, 2, 1);
        machine.pass(1000);
        assertThat(takeTicks()).isEqualTo(1);
        assertThat(machine.chip.nextDeadlineNanos() - machine.nanos())
                .isGreaterThanOrEqualTo(200_000);
    }

    @Test
    void mode_0_and_mode_4_interrupt_once() {
        for (int mode : new int[]{0, 4}) {
            program(0, mode, 1000);
            machine.pass(PitRate.nanosOf(1000) - 1);
            assertThat(takeTicks()).isZero();
            machine.pass(PitRate.nanosOf(1));
            assertThat(takeTicks()).isEqualTo(1);
            machine.pass(1_000_000_000);
            assertThat(takeTicks()).isZero();
        }
    }

    @Test
    void a_mode_without_a_count_stops_the_timer() {
        program(0, 2, 11932);
        machine.out(0x43, 0x30);

        assertThat(machine.chip.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    /// How Linux measures the TSC: channel 2, mode 0, and port 0x61.
    @Test
    void mode_0_on_channel_2_raises_its_output_at_the_end_and_waits_for_its_gate() {
        machine.out(0x61, 1);
        program(2, 0, 11932);
        assertThat(speakerOut()).isFalse();
        passClocks(4000);
        machine.out(0x61, 0);
        passClocks(50_000);
        assertThat(count(2)).isEqualTo(7932);
        machine.out(0x61, 1);
        passClocks(7931);
        assertThat(speakerOut()).isFalse();
        passClocks(1);
        assertThat(speakerOut()).isTrue();
        passClocks(1);
        assertThat(count(2)).as("it goes on from the top").isEqualTo(0xFFFF);
    }

    @Test
    void mode_1_and_mode_5_wait_for_the_gate_to_rise() {
        program(2, 1, 100);
        assertThat(speakerOut()).isTrue();
        machine.out(0x61, 1);
        assertThat(speakerOut()).isFalse();
        passClocks(100);
        assertThat(speakerOut()).isTrue();
        machine.out(0x61, 0);
        program(2, 5, 100);
        machine.out(0x61, 1);
        passClocks(100);
        assertThat(speakerOut()).as("one clock").isFalse();
        passClocks(1);
        assertThat(speakerOut()).isTrue();
    }

    @Test
    void mode_2_is_low_for_a_clock_and_mode_3_for_half() {
        machine.out(0x61, 1);
        program(2, 2, 10);
        passClocks(9);
        assertThat(speakerOut()).isFalse();
        passClocks(1);
        assertThat(speakerOut()).isTrue();
        program(2, 3, 11);
        passClocks(5);
        assertThat(speakerOut()).isTrue();
        assertThat(count(2)).isZero();
        passClocks(1);
        assertThat(speakerOut()).isFalse();
        assertThat(count(2)).isEqualTo(10);
        machine.out(0x61, 0);
        assertThat(speakerOut()).as("the gate holds it high").isTrue();
    }

    @Test
    void single_bytes_are_read_and_written_as_the_control_word_says() {
        machine.out(0x43, 0x54);
        machine.out(0x41, 0x80);
        passClocks(3);
        assertThat(machine.in(0x41)).isEqualTo(0x7D);
        machine.out(0x43, 0x64);
        machine.out(0x41, 0x10);
        assertThat(machine.in(0x41)).isEqualTo(0x10);
        assertThat(machine.in(0x41)).as("twice the same byte").isEqualTo(0x10);
    }

    /// "If both count and status of a counter are latched, the first read will return status."
    @Test
    void read_back_latches_status_and_count() {
        program(1, 3, 1000);
        passClocks(100);
        machine.out(0x43, 0xC4);
        passClocks(100);
        assertThat(machine.in(0x41)).isEqualTo(0xB6);
        assertThat(machine.in(0x41) | machine.in(0x41) << 8).isEqualTo(800);
        machine.out(0x43, 0x70);
        machine.out(0x43, 0xE4);
        assertThat(machine.in(0x41)).as("null count, output low").isEqualTo(0x70);
    }

    @Test
    void BCD_counts_have_four_digits() {
        machine.out(0x43, 0x75);
        machine.out(0x41, 0x00, 0x00);
        passClocks(1);
        assertThat(count(1)).isEqualTo(0x9999);
    }

    @Test
    void the_refresh_bit_toggles_and_the_speaker_is_remembered() {
        machine.out(0x61, 2);
        int first = machine.in(0x61);
        machine.passWithoutTick(15_085);
        assertThat(first & 3).isEqualTo(2);
        assertThat((machine.in(0x61) ^ first) & 0x10).isNotZero();
    }
}
