package dev.vmexit.softkvm.irqchip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// SDM 10.6, "Issuing Interprocessor Interrupts": four CPUs that call each other.
class InterprocessorTest {
    private static final int LDR = 0xD0;
    private static final int DFR = 0xE0;
    private static final int LOGICAL = 1 << 11;
    private static final int LOWEST_PRIORITY = 1 << 8;

    private final Machine machine = new Machine(4);

    private void send(int from, int to, int command) {
        machine.apic(from).write(Machine.ICR_HIGH, to << 24);
        machine.apic(from).write(Machine.ICR, command);
    }

    private List<List<Integer>> takeAll() {
        return List.of(machine.take(0), machine.take(1), machine.take(2), machine.take(3));
    }

    @Test
    void INIT_and_two_STARTUPs_start_a_CPU_the_way_Linux_does() {
        send(0, 1, 0xC500);
        send(0, 1, 0x8500);
        send(0, 1, 0x069A);
        send(0, 1, 0x069A);

        assertThat(machine.heard).containsExactly("init 1", "startup 1 at 154",
                "startup 1 at 154");
    }

    @Test
    void a_fixed_IPI_reaches_the_id_it_names() {
        send(0, 2, 0x40FB);

        assertThat(takeAll()).containsExactly(List.of(), List.of(), List.of(0xFB), List.of());
        assertThat(machine.heard).containsExactly("wake 2");
    }

    @Test
    void shorthands_reach_oneself_all_and_all_others() {
        send(1, 0, 0x4_4051);
        send(1, 0, 0x8_4062);
        send(1, 0, 0xC_4073);

        assertThat(machine.take(1)).containsExactly(0x62);
        assertThat(machine.take(0)).containsExactly(0x73);
        machine.apic(1).write(Machine.EOI, 0);
        assertThat(machine.take(1)).containsExactly(0x51);
    }

    @Test
    void NMI_and_SMI_and_the_broadcast_id_work() {
        send(3, 0xFF, 0x4400);
        send(3, 1, 0x4200);

        assertThat(machine.heard).containsExactly("nmi 0", "nmi 1", "nmi 2", "nmi 3", "smi 1");
    }

    /// 10.6.2.2: flat, one bit a CPU.
    @Test
    void logical_flat_destinations_are_sets() {
        for (int id = 0; id < 4; id++) {
            machine.apic(id).write(LDR, 1 << id << 24);
        }
        send(0, 0b1010, 0x4051 | LOGICAL);

        assertThat(takeAll()).containsExactly(List.of(), List.of(0x51), List.of(), List.of(0x51));
    }

    /// 10.6.2.2: cluster, the upper four bits are compared.
    @Test
    void logical_cluster_destinations_are_sets_within_a_cluster() {
        int[] ids = {0x11, 0x12, 0x21, 0x22};
        for (int id = 0; id < 4; id++) {
            machine.apic(id).write(DFR, 0x0FFF_FFFF);
            machine.apic(id).write(LDR, ids[id] << 24);
        }
        send(0, 0x23, 0x4051 | LOGICAL);

        assertThat(takeAll()).containsExactly(List.of(), List.of(), List.of(0x51), List.of(0x51));
    }

    @Test
    void lowest_priority_chooses_the_CPU_that_does_least_and_takes_turns_among_equals() {
        machine.apic(0).tpr(0x40);
        for (int i = 0; i < 3; i++) {
            send(0, 0xFF, 0x4051 + i | LOWEST_PRIORITY);
        }

        assertThat(takeAll()).containsExactly(List.of(), List.of(0x51), List.of(0x52),
                List.of(0x53));
    }

    /// 10.12.9 and 10.12.10: 32-bit destinations, logical ids that follow from the ids.
    @Test
    void x2APIC_IPIs_name_ids_sets_and_oneself() {
        for (LocalApic apic : machine.apics) {
            apic.baseMsr(apic.baseMsr() | ApicMode.X2APIC);
        }
        var apic = machine.apic(0);
        apic.writeMsr(0x830, 2L << 32 | 0x4041);
        apic.writeMsr(0x830, 0b1010L << 32 | LOGICAL | 0x4052);
        apic.writeMsr(0x830, 0xFFFF_FFFFL << 32 | 0x4063);
        apic.writeMsr(0x83F, 0x74);
        apic.writeMsr(0x830, 0xFFL << 32 | 0x4085);

        assertThat(machine.take(0)).as("0xFF is an id, not everybody").containsExactly(0x74);
        assertThat(machine.take(2)).containsExactly(0x63);
        machine.apic(2).writeMsr(0x80B, 0);
        assertThat(machine.take(2)).containsExactly(0x41);
        machine.apic(3).writeMsr(0x80B, 0);
        assertThat(machine.take(3)).containsExactly(0x63);
    }

    @Test
    void large_x2APIC_ids_have_clusters_of_sixteen() {
        var far = machine.chip.addVcpu(0x123, new CpuLines() {
            @Override
            public void wake() {
                machine.heard.add("far wake");
            }

            @Override
            public void nmi() {}

            @Override
            public void init() {}

            @Override
            public void startup(int vector) {}

            @Override
            public void smi() {}
        });
        far.baseMsr(0xFEE0_0C00L);
        far.writeMsr(0x80F, 0x1FF);
        assertThat(far.readMsr(0x80D)).isEqualTo(0x12_0008);
        machine.apic(0).baseMsr(0xFEE0_0D00L);
        machine.apic(0).writeMsr(0x830, 0x12_0008L << 32 | LOGICAL | 0x4052);

        assertThat(machine.chip.acknowledge(far)).isEqualTo(0x52);
        assertThat(machine.heard).containsExactly("far wake");
    }
}
