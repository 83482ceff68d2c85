package dev.vmexit.softkvm.irqchip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// SDM 10.5.4, "APIC Timer". The bus has 1 GHz.
class ApicTimerTest {
    private static final int LVT_TIMER = 0x320;
    private static final int INITIAL_COUNT = 0x380;
    private static final int CURRENT_COUNT = 0x390;
    private static final int DIVIDE = 0x3E0;
    private static final int PERIODIC = 1 << 17;
    private static final int TSC_DEADLINE = 2 << 17;
    private static final int BY_1 = 0xB;
    private static final int BY_16 = 0x3;

    private final Machine machine = new Machine(1);
    private final LocalApic apic = machine.apic(0);

    @Test
    void one_shot_counts_down_and_fires_once() {
        apic.write(DIVIDE, BY_16);
        apic.write(LVT_TIMER, 0xEC);
        apic.write(INITIAL_COUNT, 1000);

        assertThat(machine.chip.nextDeadlineNanos() - machine.nanos()).isEqualTo(16_000);
        machine.pass(1_600);
        assertThat(apic.read(CURRENT_COUNT)).isEqualTo(900);
        machine.pass(14_399);
        assertThat(apic.hasInterrupt()).isFalse();
        machine.pass(1);
        assertThat(machine.take(0)).containsExactly(0xEC);
        assertThat(apic.read(CURRENT_COUNT)).isZero();
        assertThat(machine.chip.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void periodic_reloads_without_drift_and_sleeps_through_many_periods_at_once() {
        apic.write(DIVIDE, BY_1);
        apic.write(LVT_TIMER, PERIODIC | 0xEC);
        apic.write(INITIAL_COUNT, 1_000_000);
        long start = machine.nanos();
        machine.pass(5_300_000);

        assertThat(machine.take(0)).containsExactly(0xEC);
        assertThat(machine.chip.nextDeadlineNanos()).isEqualTo(start + 6_000_000);
        assertThat(apic.read(CURRENT_COUNT)).isEqualTo(700_000);
    }

    @Test
    void a_period_of_one_nanosecond_interrupts_no_more_often_than_KVM_lets_it() {
        apic.write(DIVIDE, BY_1);
        apic.write(LVT_TIMER, PERIODIC | 0xEC);
        apic.write(INITIAL_COUNT, 1);
        machine.pass(1);
        assertThat(machine.take(0)).containsExactly(0xEC);
        assertThat(machine.chip.nextDeadlineNanos() - machine.nanos()).isEqualTo(200_000);
    }

    @Test
    void an_initial_count_of_zero_stops_the_timer() {
        apic.write(LVT_TIMER, PERIODIC | 0xEC);
        apic.write(INITIAL_COUNT, 1000);
        apic.write(INITIAL_COUNT, 0);

        assertThat(machine.chip.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void what_expired_under_a_mask_is_not_made_up_for() {
        apic.write(LVT_TIMER, 1 << 16 | 0xEC);
        apic.write(INITIAL_COUNT, 1000);
        machine.pass(5_000);
        apic.write(LVT_TIMER, 0xEC);
        machine.pass(5_000);

        assertThat(machine.take(0)).isEmpty();
    }

    @Test
    void another_divisor_applies_to_what_is_left() {
        apic.write(DIVIDE, BY_1);
        apic.write(LVT_TIMER, 0xEC);
        apic.write(INITIAL_COUNT, 1000);
        machine.pass(400);
        apic.write(DIVIDE, BY_16);

        assertThat(apic.read(CURRENT_COUNT)).isEqualTo(600);
        assertThat(machine.chip.nextDeadlineNanos() - machine.nanos()).isEqualTo(9600);
    }

    /// "A write to the IA32_TSC_DEADLINE MSR arms … when the timer fires, the MSR is cleared."
    @Test
    void TSC_deadline_fires_when_the_TSC_gets_there_and_reads_zero_then() {
        apic.write(LVT_TIMER, TSC_DEADLINE | 0xEC);
        apic.write(INITIAL_COUNT, 5);
        assertThat(apic.read(INITIAL_COUNT)).as("ignored in this mode").isZero();
        apic.tscDeadline(machine.tsc() + 20_000);
        machine.pass(9_999);
        assertThat(apic.hasInterrupt()).isFalse();
        machine.pass(2);

        assertThat(machine.take(0)).containsExactly(0xEC);
        assertThat(apic.tscDeadline()).isZero();
    }

    @Test
    void a_TSC_deadline_in_the_past_fires_at_once_and_a_far_one_never() {
        apic.write(LVT_TIMER, TSC_DEADLINE | 0xEC);
        apic.tscDeadline(-1);
        assertThat(machine.chip.nextDeadlineNanos()).isGreaterThan(1L << 62);
        apic.tscDeadline(1);

        assertThat(machine.take(0)).containsExactly(0xEC);
    }

    @Test
    void TSC_deadlines_are_ignored_in_the_other_modes_and_disarmed_by_leaving_theirs() {
        apic.tscDeadline(1);
        assertThat(apic.tscDeadline()).isZero();
        apic.write(LVT_TIMER, TSC_DEADLINE | 0xEC);
        apic.tscDeadline(machine.tsc() + 1000);
        apic.write(LVT_TIMER, 0xEC);
        machine.pass(10_000);

        assertThat(machine.take(0)).isEmpty();
    }
}
