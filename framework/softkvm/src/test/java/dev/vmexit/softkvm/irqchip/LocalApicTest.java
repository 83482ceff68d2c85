package dev.vmexit.softkvm.irqchip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LocalApicTest {
    private static final int ID = 0x20;
    private static final int TPR = 0x80;
    private static final int PPR = 0xA0;
    private static final int ESR = 0x280;
    private static final int LVT_TIMER = 0x320;
    private static final int LVT_ERROR = 0x370;
    private static final long X2APIC = 0xFEE0_0D00L;
    private static final long MSI = 0xFEE0_0000L;

    private final Machine machine = new Machine(2);
    private final LocalApic apic = machine.apic(0);

    @Test
    void VERSION_is_KVMs() {
        assertThat(apic.read(0x30)).isEqualTo(0x50014);
        assertThat(machine.apic(1).read(ID)).isEqualTo(1 << 24);
    }

    /// "The local APIC delivers the highest priority interrupt first": SDM 10.8.3.
    @Test
    void higher_vectors_come_first_and_lower_classes_wait_for_EOI() {
        machine.chip.signalMsi(MSI, 0x31);
        machine.chip.signalMsi(MSI, 0x52);
        machine.chip.signalMsi(MSI, 0x51);

        assertThat(machine.chip.pendingVector(apic)).isEqualTo(0x52);
        assertThat(machine.take(0)).containsExactly(0x52);
        assertThat(apic.read(PPR)).isEqualTo(0x50);
        apic.write(Machine.EOI, 0);
        assertThat(machine.take(0)).as("the same class, once it may").containsExactly(0x51);
        apic.write(Machine.EOI, 0);
        assertThat(machine.take(0)).containsExactly(0x31);
    }

    /// "The processor will service only interrupts with a priority higher than the PPR": 10.8.3.1.
    @Test
    void TPR_holds_back_its_class_and_those_below() {
        apic.tpr(0x30);
        machine.chip.signalMsi(MSI, 0x3F);

        assertThat(apic.hasInterrupt()).isFalse();
        apic.tpr(0x20);
        assertThat(apic.hasInterrupt()).isTrue();
        assertThat(apic.read(TPR)).isEqualTo(0x20);
        assertThat(machine.heard).containsExactly("wake 0");
    }

    @Test
    void a_CPU_is_woken_once_for_what_it_has_not_looked_at() {
        machine.chip.signalMsi(MSI, 0x40);
        machine.chip.signalMsi(MSI, 0x41);

        assertThat(machine.heard).containsExactly("wake 0");
    }

    /// SDM 10.4.7.2: "The mask bits for all the LVT entries are set. Attempts to reset these bits
    /// will be ignored."
    @Test
    void an_APIC_disabled_by_SVR_masks_its_LVT_and_accepts_no_vectors() {
        apic.write(LVT_TIMER, 0x50);
        apic.write(Machine.SVR, 0xFF);
        apic.write(LVT_TIMER, 0x50);

        assertThat(apic.read(LVT_TIMER)).isEqualTo(0x1_0050);
        assertThat(machine.chip.signalMsi(MSI, 0x40)).isZero();
        assertThat(machine.chip.signalMsi(MSI, 0x400)).as("NMI").isEqualTo(1);
        assertThat(machine.heard).containsExactly("nmi 0");
    }

    /// SDM 10.5.3: "A write (of any value) to the ESR must be done to update the register".
    @Test
    void ESR_shows_errors_after_a_write_and_LVT_ERROR_tells_of_them() {
        apic.write(LVT_ERROR, 0xFE);
        apic.write(Machine.ICR, 0x4_000F);
        apic.read(0x3F4);
        apic.read(0x000);
        machine.chip.signalMsi(MSI, 0x0F);

        assertThat(apic.read(ESR)).isZero();
        apic.write(ESR, 0);
        assertThat(apic.read(ESR)).isEqualTo(1 << 5 | 1 << 6 | 1 << 7);
        assertThat(machine.take(0)).containsExactly(0xFE);
        apic.write(ESR, 0);
        assertThat(apic.read(ESR)).isZero();
    }

    @Test
    void an_illegal_vector_in_LVT_ERROR_ends_somewhere() {
        apic.write(LVT_ERROR, 0x01);
        apic.read(0x000);
        apic.write(ESR, 0);

        assertThat(apic.read(ESR)).isEqualTo(1 << 6 | 1 << 7);
    }

    @Test
    void LINT1_and_the_performance_counters_do_what_their_LVT_entries_say() {
        apic.write(0x360, 0x400);
        apic.write(0x340, 0x400);
        apic.lint1();
        apic.performanceInterrupt();
        apic.performanceInterrupt();

        assertThat(machine.heard).containsExactly("nmi 0", "nmi 0");
        assertThat(apic.read(0x340)).as("masks itself").isEqualTo(0x1_0400);
    }

    /// SDM 10.12.5.1, "x2APIC States".
    @Test
    void IA32_APIC_BASE_goes_only_where_the_state_diagram_does() {
        assertThat(apic.baseMsr()).isEqualTo(0xFEE0_0900L);
        assertThatThrownBy(() -> apic.baseMsr(0xFEE0_0500L)).as("EXTD without EN")
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> apic.baseMsr(0xFEE0_0901L)).as("reserved")
                .isInstanceOf(IllegalArgumentException.class);
        apic.baseMsr(X2APIC);
        assertThatThrownBy(() -> apic.baseMsr(0xFEE0_0900L)).as("back to xAPIC")
                .isInstanceOf(IllegalArgumentException.class);
        apic.baseMsr(0xFEE0_0100L);
        assertThatThrownBy(() -> apic.baseMsr(X2APIC)).as("not at one stroke")
                .isInstanceOf(IllegalArgumentException.class);
        apic.baseMsr(0xFEE0_0900L);
        assertThat(apic.read(Machine.SVR)).as("as after power-up").isEqualTo(0xFF);
    }

    /// SDM 10.12.1.2, table 10-6 "Local APIC Register Address Map Supported by x2APIC".
    @Test
    void x2APIC_registers_are_MSRs_and_the_page_is_gone() {
        var second = machine.apic(1);
        second.baseMsr(0xFEE0_0C00L);

        assertThat(second.readMsr(0x802)).isEqualTo(1);
        assertThat(second.readMsr(0x80D)).isEqualTo(2);
        assertThat(second.read(ID)).isEqualTo(-1);
        second.writeMsr(0x830, 0x7_0000_00FBL);
        assertThat(second.readMsr(0x830)).isEqualTo(0x7_0000_00FBL);
        for (int index : new int[]{0x800, 0x80B, 0x80E, 0x831, 0x83F, 0x8FF}) {
            assertThatThrownBy(() -> second.readMsr(index)).as("MSR %x", index)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void x2APIC_refuses_reserved_bits() {
        apic.baseMsr(X2APIC);
        long[][] writes = {{0x808, 0x100}, {0x80B, 1}, {0x828, 1}, {0x83F, 0x100}, {0x830, 1 << 20},
                {0x80F, 1L << 32}, {0x802, 0}, {0x80D, 0}, {0x839, 0}};

        for (long[] write : writes) {
            assertThatThrownBy(() -> apic.writeMsr((int) write[0], write[1])).as("%x", write[0])
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> machine.apic(1).readMsr(0x802)).as("not in x2APIC mode")
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// SDM 10.4.7.3: INIT keeps the APIC ID.
    @Test
    void INIT_resets_everything_but_mode_and_id() {
        machine.apic(1).baseMsr(0xFEE0_0C00L);
        machine.apic(1).writeMsr(0x808, 0x20);
        machine.apic(1).reset();

        assertThat(machine.apic(1).readMsr(0x808)).isZero();
        assertThat(machine.apic(1).readMsr(0x802)).isEqualTo(1);
        assertThat(machine.apic(1).readMsr(0x80D)).isEqualTo(2);
        assertThat(machine.apic(1).readMsr(0x80F)).isEqualTo(0xFF);
    }
}
