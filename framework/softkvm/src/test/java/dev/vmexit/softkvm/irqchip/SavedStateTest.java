package dev.vmexit.softkvm.irqchip;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/// The structs are KVM's: `kvm_pic_state`, `kvm_ioapic_state`, `kvm_lapic_state`, `kvm_pit_state2`.
class SavedStateTest {
    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// What Linux 6.18 gives right after `KVM_CREATE_IRQCHIP`.
    @Test
    void a_fresh_PIC_is_zero_but_for_its_ELCR_mask() {
        var machine = new Machine(0);
        for (int chip = 0; chip < 2; chip++) {
            var expected = new byte[512];
            expected[15] = (byte) (chip == 0 ? 0xF8 : 0xDE);
            assertThat(machine.chipState(chip)).isEqualTo(expected);
        }
    }

    @Test
    void a_fresh_IOAPIC_has_its_address_and_masked_entries() {
        var expected = buffer(new byte[512]).putLong(0xFEC0_0000L).putLong(0).putLong(0);
        for (int pin = 0; pin < 24; pin++) {
            expected.putLong(1 << 16);
        }
        assertThat(expected.position()).isEqualTo(216);
        assertThat(new Machine(0).chipState(2)).isEqualTo(expected.array());
    }

    @Test
    void fresh_local_APICs_are_KVMs() {
        var machine = new Machine(0);
        for (int id = 0; id < 2; id++) {
            var lines = new SilentLines();
            machine.apics.add(machine.chip.addVcpu(id, lines));
            var expected = buffer(new byte[1024]).putInt(0x20, id << 24).putInt(0x30, 0x50014)
                    .putInt(0xE0, -1).putInt(0xF0, 0xFF);
            for (int entry = 0x320; entry <= 0x370; entry += 0x10) {
                expected.putInt(entry, 1 << 16);
            }
            expected.putInt(0x350, id == 0 ? 0x700 : 1 << 16);
            assertThat(machine.apicState(id)).isEqualTo(expected.array());
        }
    }

    @Test
    void a_fresh_PIT_has_no_mode_and_two_open_gates() {
        var machine = new Machine(0);
        machine.chip.createPit(false);
        var state = buffer(machine.pitState());

        for (int channel = 0; channel < 3; channel++) {
            assertThat(state.getInt(24 * channel)).isEqualTo(0x1_0000);
            assertThat(state.getLong(24 * channel + 8) << 8 >>> 8)
                    .as("up to bcd").isEqualTo(0xFF00_0000_0000L);
            assertThat(state.get(24 * channel + 15)).as("gate").isEqualTo((byte) (2 - channel > 0
                    ? 1
                    : 0));
        }
        assertThat(state.getInt(72)).as("flags").isZero();
    }

    @Test
    void every_byte_of_a_PIC_comes_back() {
        var machine = new Machine(0);
        for (int chip = 0; chip < 2; chip++) {
            var state = new byte[512];
            byte[] bytes = {0x11, 0x31, 0x0F, 0x40, 3, 0x28, 1, 1, 1, 2, 1, 1, 1, 1, 0x20,
                    (byte) 0xF8};
            System.arraycopy(bytes, 0, state, 0, Pic.STATE_BYTES);
            machine.chip.setChip(chip, MemorySegment.ofArray(state));
            assertThat(machine.chipState(chip)).isEqualTo(state);
        }
    }

    @Test
    void every_byte_of_an_IOAPIC_comes_back() {
        var machine = new Machine(0);
        var state = buffer(new byte[512]).putLong(0xFEC0_0000L).putInt(0x12).putInt(3)
                .putInt(0x21).putInt(0);
        for (int pin = 0; pin < 24; pin++) {
            state.putLong(0x0300_0000_0001_A931L + pin);
        }
        machine.chip.setChip(2, MemorySegment.ofArray(state.array()));

        assertThat(machine.chipState(2)).isEqualTo(state.array());
    }

    @Test
    void a_busy_APIC_comes_back_in_another_machine_and_goes_on() {
        var machine = new Machine(1);
        var apic = machine.apic(0);
        apic.write(0xD0, 0x0100_0000);
        apic.write(0x3E0, 0xB);
        apic.write(0x320, 1 << 17 | 0xEC);
        apic.write(0x380, 1_000_000);
        machine.chip.signalMsi(0xFEE0_0000L, 0x8051);
        machine.take(0);
        machine.chip.signalMsi(0xFEE0_0000L, 0x41);
        apic.tpr(0x30);
        machine.pass(300_000);
        var state = machine.apicState(0);

        var other = new Machine(1);
        other.passWithoutTick(77_777);
        other.apic(0).setState(MemorySegment.ofArray(state));
        assertThat(other.apicState(0)).isEqualTo(state);
        assertThat(other.chip.nextDeadlineNanos() - other.nanos()).isEqualTo(700_000);
        other.apic(0).write(Machine.EOI, 0);
        assertThat(other.take(0)).containsExactly(0x41);
    }

    @Test
    void an_x2APIC_keeps_its_id_and_saves_it_in_the_format_that_was_asked_for() {
        var machine = new Machine(3);
        var apic = machine.apic(2);
        apic.restoreBaseMsr(0xFEE0_0C00L);
        var state = machine.apicState(2);
        assertThat(buffer(state).getInt(0x20)).isEqualTo(2 << 24);
        apic.setState(MemorySegment.ofArray(state));
        assertThat(machine.apicState(2)).isEqualTo(state);

        machine.chip.use32BitIds();
        assertThat(buffer(machine.apicState(2)).getInt(0x20)).isEqualTo(2);
        apic.restoreBaseMsr(0xFEE0_0800L);
        assertThat(apic.read(0x20)).as("a reset by the VMM").isEqualTo(2 << 24);
    }

    @Test
    void every_byte_of_a_PIT_comes_back_and_it_ticks_on() {
        var machine = new Machine(1);
        machine.chip.createPit(true);
        machine.out(0x43, 0x34);
        machine.out(0x40, 0x9C, 0x2E);
        machine.out(0x43, 0xB6);
        machine.out(0x42, 0x33);
        machine.out(0x61, 3);
        machine.out(0x43, 0xC2);
        machine.pass(123_456);
        var state = machine.pitState();
        long deadline = machine.chip.nextDeadlineNanos();

        var other = new Machine(1);
        other.passWithoutTick(123_456);
        other.chip.createPit(true);
        other.chip.setPit2(MemorySegment.ofArray(state));
        assertThat(other.pitState()).isEqualTo(state);
        assertThat(other.chip.nextDeadlineNanos()).isEqualTo(deadline);
        other.passWithoutTick(5_000);
        assertThat(other.pitState()).as("and reading it changes nothing").isEqualTo(state);
    }

    @Test
    void the_HPET_flag_silences_the_timer() {
        var machine = new Machine(1);
        machine.chip.createPit(true);
        machine.out(0x43, 0x34);
        machine.out(0x40, 0x9C, 0x2E);
        var state = buffer(machine.pitState()).putInt(72, 1);
        machine.chip.setPit2(MemorySegment.ofArray(state.array()));

        assertThat(machine.chip.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(machine.pitState()).isEqualTo(state.array());
    }

    private static final class SilentLines implements CpuLines {
        @Override
        public void wake() {}

        @Override
        public void nmi() {}

        @Override
        public void init() {}

        @Override
        public void startup(int vector) {}

        @Override
        public void smi() {}
    }
}
